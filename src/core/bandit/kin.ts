import type { ArmId } from '../registry/model.js';
import { emptyArmStats, type ArmStats } from '../learning/arm-stats.js';
import type { ScopeArms } from '../learning/use-case-state.js';

/** The other arms of an arm's model, which lend it what they know. */
export interface Kin {
  /** In this use case: the model alone, and its variants whatever their status. */
  readonly here: readonly ArmId[];
  /** In other use cases, those of `here` among them. */
  readonly elsewhere: readonly ArmId[];
}

/** A model that never had a variant. */
export const NO_KIN: Kin = { here: [], elsewhere: [] };

/** The sums of several arms in one scope; absent where there are none. */
export function sumsOfArms(arms: ScopeArms | undefined, ids: readonly ArmId[]): ArmStats | undefined {
  let sum: ArmStats | undefined;
  for (const id of ids) {
    const stats = arms?.get(id);
    if (stats === undefined) continue;
    sum ??= emptyArmStats();
    for (let i = 0; i < sum.length; i++) sum[i]! += stats[i]!;
  }
  return sum;
}

/** a = min(1, n₀ / n_rest): others lend at most n₀ outcomes. */
export const lendFactor = (strength: number, rest: number): number =>
  rest > 0 ? Math.min(1, strength / rest) : 0;

/** Outcomes behind an arm and behind the others of its model, in one use case. */
export interface ShareParts {
  /** Outcomes that the prior of the model is worth. */
  readonly prior: number;
  readonly own: number;
  /** Of each other arm of the model. */
  readonly others: readonly number[];
  /** n₀: outcomes that a model's arms are worth to each other. */
  readonly strength: number;
}

/**
 * Part of an arm's variance that is its model's, so that arms of one model have the correlation √(ρ_j·ρ_k) of the
 * two-level model θ_k ~ N(μ, σ²/n₀), μ ~ N(m₀, σ²/p): exactly, for levels.
 *
 * Formula: with B = n₀/(n₀ + n) and V = 1/(p + Σ n₀·n_k/(n₀ + n_k)), in units of the noise, ρ = B²V/(1/(n₀ + n) + B²V).
 * Source: Gelman et al., Bayesian Data Analysis, §5.4, eqs. 5.17 and 5.20.
 */
export function modelShare({ prior, own, others, strength }: ShareParts): number {
  if (strength === 0) return 0;
  const known = (n: number): number => (strength * n) / (strength + n);
  const ofModel = 1 / others.reduce((sum, n) => sum + known(n), prior + known(own));
  const shared = (strength / (strength + own)) ** 2 * ofModel;
  return shared / (1 / (strength + own) + shared);
}
