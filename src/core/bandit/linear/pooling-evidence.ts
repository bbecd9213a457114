import type { ArmId } from '../../registry/model.js';
import type { LinearSettings } from '../settings.js';
import { LINEAR, type LinearSums } from './linear-sums.js';
import { noiseVariance } from './noise-variance.js';

/** What the strength of pooling is chosen by: quality's sums of every arm of a tenant, by use case. */
export interface PoolingLenders {
  readonly settings: Pick<
    LinearSettings,
    'poolingStrength' | 'poolingStrengths' | 'noiseVariance' | 'noiseStrength'
  >;
  /** Weight that sums at the landmark have now. */
  readonly factor: number;
  /** Outcomes taught so far, of any arm; counts up. */
  readonly taught: number;
  readonly arms: () => ReadonlyMap<ArmId, readonly LinearSums[]>;
}

/** What one use case knows of an arm's level. */
export interface Level {
  /** Σw of its outcomes, above zero. */
  readonly weight: number;
  readonly mean: number;
}

/** An arm in one more use case than one is one contrast; fewer than this say nothing of how far use cases differ. */
const LEAST_CONTRASTS = 4;
/** Less than an outcome is no level. */
const LEAST_WEIGHT = 1;
/** Chosen anew when outcomes have grown by this share of their weight. */
const RENEWED_AT = 0.1;

/**
 * How many outcomes use cases lend each other: the one of a few strengths under which the levels of arms in use cases
 * are likeliest. Where a model is as good in one use case as in another they lend much, where that differs next to
 * nothing: a model that is poor at one task is else never tried at another.
 */
export class PoolingEvidence {
  private strength = 0;
  private made: { settings: PoolingLenders['settings']; taught: number; weight: number } | undefined;

  /** n₀ as of now, in outcomes. */
  read(lenders: PoolingLenders): number {
    const { settings } = lenders;
    if (settings.poolingStrengths.length === 0) return settings.poolingStrength;
    if (this.isDue(lenders)) this.renew(lenders);
    return this.strength;
  }

  /** The sums were changed as a whole. */
  forget(): void {
    this.made = undefined;
  }

  private isDue({ settings, taught }: PoolingLenders): boolean {
    const { made } = this;
    if (made?.settings !== settings) return true;
    return taught !== made.taught && taught - made.taught >= RENEWED_AT * made.weight;
  }

  private renew({ settings, factor, taught, arms }: PoolingLenders): void {
    let weight = 0;
    let squares = 0;
    const groups: Level[][] = [];
    for (const parts of arms().values()) {
      const group: Level[] = [];
      for (const { scalars, xy } of parts) {
        const w = factor * scalars[LINEAR.w]!;
        weight += w;
        squares += factor * scalars[LINEAR.rr]!;
        // The first coordinate of every context is one.
        if (w >= LEAST_WEIGHT) group.push({ weight: w, mean: (factor * xy[0]!) / w });
      }
      if (group.length > 1) groups.push(group);
    }
    this.made = { settings, taught, weight };
    const known = { variance: settings.noiseVariance, strength: settings.noiseStrength };
    const variance = noiseVariance({ rr: squares, w: weight }, known);
    this.strength = likeliestStrength(groups, settings, variance);
  }
}

function likeliestStrength(
  groups: readonly (readonly Level[])[],
  { poolingStrength, poolingStrengths }: PoolingLenders['settings'],
  variance: number,
): number {
  const contrasts = groups.reduce((sum, { length }) => sum + length - 1, 0);
  if (contrasts < LEAST_CONTRASTS) return poolingStrength;
  const evidence = poolingStrengths.map((strength) =>
    groups.reduce((sum, levels) => sum + poolingEvidence(levels, strength, variance), 0),
  );
  return poolingStrengths[evidence.indexOf(Math.max(...evidence))]!;
}

/**
 * Evidence of one arm's levels for a strength n₀, up to what is the same for all: ȳ_u ~ N(μ, σ²/n₀ + σ²/n_u) over use
 * cases u, with μ integrated out under a flat prior.
 *
 * Source: restricted likelihood of a random-effects model, Gelman et al., Bayesian Data Analysis, §5.4, eq. 5.21.
 *
 * @param variance σ² > 0 of one outcome.
 * @returns log evidence, in nats.
 */
export function poolingEvidence(levels: readonly Level[], strength: number, variance: number): number {
  let precision = 0;
  let weighted = 0;
  let logVariances = 0;
  for (const { weight, mean } of levels) {
    const spread = variance / strength + variance / weight;
    precision += 1 / spread;
    weighted += mean / spread;
    logVariances += Math.log(spread);
  }
  const centre = weighted / precision;
  const misfit = levels.reduce(
    (sum, { weight, mean }) => sum + (mean - centre) ** 2 / (variance / strength + variance / weight),
    0,
  );
  return -(logVariances + Math.log(precision) + misfit) / 2;
}
