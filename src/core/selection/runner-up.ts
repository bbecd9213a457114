import { betaMean } from '../bandit/beta-distribution.js';
import type { VariantId } from '../prompts/prompt-variant.js';
import type { ModelId } from '../registry/model.js';
import type { ScoredCandidate } from './score-candidates.js';
import type { UtilityTerms } from './utility.js';

/** The second-best candidate by expected utility, and how far it is from the best. */
export interface RunnerUp {
  readonly best: ModelId;
  readonly model: ModelId;
  /** Their prompt variants; absent where the model is the arm. */
  readonly bestVariant?: VariantId;
  readonly variant?: VariantId;
  /** Expected utility of the best less that of the runner-up, ≥ 0. */
  readonly utilityGap: number;
  /** By what its expected cost would have to be multiplied to draw level, in [0, 1); absent where no price is low enough. */
  readonly costFactor?: number;
  /** By how much its expected quality would have to be higher; absent where even a quality of 1 is not enough. */
  readonly qualityGain?: number;
}

/** What of a candidate's utility its cost takes, were it `factor` times what it is expected to be. */
function costPenalty(
  { cost }: ScoredCandidate,
  factor: number,
  { weights, settings, budget, lambda }: UtilityTerms,
): number {
  const nanoUsd = (cost?.meanNanoUsd ?? 0) * factor;
  const paced = budget === undefined ? 0 : (lambda * nanoUsd) / budget.averageNanoUsd;
  return weights.cost * Math.min(nanoUsd / settings.referenceCostNanoUsd, 1) + paced;
}

/**
 * The factor f ≤ 1 with p(f) = p(1) − gap, where p(f) = w_c·min(f·ĉ/τ, 1) + λ·f·ĉ/B: p rises with f and is linear on
 * both sides of f = τ/ĉ.
 */
function costFactor(candidate: ScoredCandidate, gap: number, terms: UtilityTerms): number | undefined {
  const costNanoUsd = candidate.cost?.meanNanoUsd;
  if (costNanoUsd === undefined || costNanoUsd === 0) return undefined;
  const target = costPenalty(candidate, 1, terms) - gap;
  if (target < 0) return undefined;
  const { weights, settings, budget, lambda } = terms;
  const paced = budget === undefined ? 0 : (lambda * costNanoUsd) / budget.averageNanoUsd;
  const bend = settings.referenceCostNanoUsd / costNanoUsd;
  const atBend = weights.cost + paced * bend;
  if (bend < 1 && target > atBend) return (target - weights.cost) / paced;
  const slope = weights.cost / bend + paced;
  return slope === 0 ? undefined : target / slope;
}

/** Who would come next, and what would have to change; undefined where fewer than two candidates are left. */
export function runnerUp(candidates: readonly ScoredCandidate[], terms: UtilityTerms): RunnerUp | undefined {
  // Ties go to the lower model id, so that two explanations agree.
  const [best, second] = [...candidates].sort(
    (a, b) => b.expectedUtility - a.expectedUtility || (a.model.id < b.model.id ? -1 : 1),
  );
  if (best === undefined || second === undefined) return undefined;
  const utilityGap = best.expectedUtility - second.expectedUtility;
  const factor = costFactor(second, utilityGap, terms);
  const { success, quality } = second.belief;
  const gain = utilityGap / (terms.weights.quality * betaMean(success));
  return {
    best: best.model.id,
    model: second.model.id,
    ...(best.arm.prompt && { bestVariant: best.arm.prompt.variant.id }),
    ...(second.arm.prompt && { variant: second.arm.prompt.variant.id }),
    utilityGap,
    ...(factor !== undefined && { costFactor: factor }),
    ...(quality.mean + gain <= 1 && { qualityGain: gain }),
  };
}
