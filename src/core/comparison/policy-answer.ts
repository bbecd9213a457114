import { clampedRate } from '../bandit/metric-belief.js';
import { PROPENSITY_ONE } from '../bandit/propensity.js';
import type { Weights } from '../bandit/settings.js';
import { armName } from '../selection/arm.js';
import type { Deliberation } from '../selection/decide.js';

/** One candidate of a policy, as far as policies are compared by it. */
export interface AnsweredCandidate {
  /** `provider/name`, with the prompt variant behind it: numbers of arms mean nothing to another policy. */
  readonly arm: string;
  readonly propensityQ16: number;
  /** In [0, 1]. */
  readonly quality: number;
  /** Absent on an unpriced model. */
  readonly costNanoUsd?: number;
}

/** What a policy makes of one request. */
export interface PolicyAnswer {
  /** None where the request is refused or no model is left. */
  readonly candidates: readonly AnsweredCandidate[];
  readonly weights: Weights;
}

export function answerOf({
  candidates,
  weights,
}: Pick<Deliberation, 'candidates' | 'weights'>): PolicyAnswer {
  return {
    candidates: candidates.map(({ arm, propensityQ16, belief, cost }) => ({
      arm: armName(arm),
      propensityQ16,
      quality: clampedRate(belief.undrifted.quality.mean),
      ...(cost && { costNanoUsd: cost.meanNanoUsd }),
    })),
    weights,
  };
}

/** The candidate that is chosen most often; of equals the first. */
export function likeliest({ candidates }: PolicyAnswer): AnsweredCandidate | undefined {
  let best: AnsweredCandidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || candidate.propensityQ16 > best.propensityQ16) best = candidate;
  }
  return best;
}

/** A mean over candidates, each as often as it is chosen; nothing where one that may be chosen has no such figure. */
export function expectationOf(
  { candidates }: PolicyAnswer,
  figure: (candidate: AnsweredCandidate) => number | undefined,
): number | undefined {
  if (candidates.length === 0) return undefined;
  let sum = 0;
  for (const candidate of candidates) {
    if (candidate.propensityQ16 === 0) continue;
    const value = figure(candidate);
    if (value === undefined) return undefined;
    sum += candidate.propensityQ16 * value;
  }
  return sum / PROPENSITY_ONE;
}
