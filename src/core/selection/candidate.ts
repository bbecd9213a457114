import { armBelief, type ArmBelief, type BeliefScope } from '../bandit/belief.js';
import { priorsAt } from '../bandit/priors.js';
import { estimateCost, type CostEstimate } from '../cost/estimate.js';
import { usdFromNanoUsd } from '../money.js';
import type { RequestProfile } from '../profile.js';
import type { EstimateFact } from '../rules/facts.js';
import type { Arm } from './arm.js';
import type { Question } from './question.js';

/** A model that may take the request, with what is believed of it. */
export interface Candidate {
  readonly arm: Arm;
  readonly belief: ArmBelief;
  /** Absent on an unpriced model. */
  readonly cost?: CostEstimate;
  readonly latencyMs: number;
  /** Whether a choice of it is a probe of a model whose breaker is half-open. */
  readonly isProbe?: true;
  /** What rules and copies of the decision call by these names. */
  readonly model: Arm['model'];
  readonly estimate: EstimateFact;
}

/** Tokens of the whole prompt: the request's, and those of the system text that the variant adds. */
export const promptTokens = ({ prompt }: Pick<Arm, 'prompt'>, { inputTokens }: RequestProfile): number =>
  prompt === undefined ? inputTokens : inputTokens + prompt.systemTokens;

/** Reads beliefs and prices for one arm. */
export function candidateOf(
  arm: Arm,
  scope: BeliefScope,
  question: Question,
  profile: RequestProfile,
): Candidate {
  // Regressions see complexity in the context, and a prior that changed with the level would undo their caches.
  const level = scope.linear === undefined ? profile.level : undefined;
  const belief = armBelief(scope, priorsAt(arm.priorTable, question.useCase, level), arm.armId, arm.kin);
  const inputTokens = promptTokens(arm, profile);
  const maxOutputTokens = Math.min(arm.model.maxOutputTokens, question.input.maxOutputTokens ?? Infinity);
  const cost =
    arm.prices &&
    estimateCost(arm.prices, belief.outputTokens, { inputTokens, maxOutputTokens, batch: question.batch });
  const outputTokens = cost?.outputTokens ?? Math.min(maxOutputTokens, belief.outputTokens.mean);
  const latencyMs = belief.latencyMs.mean;
  return {
    arm,
    belief,
    ...(cost === undefined ? {} : { cost }),
    latencyMs,
    model: arm.model,
    estimate: {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
      costUsd: cost === undefined ? 0 : usdFromNanoUsd(cost.meanNanoUsd),
      costUsdHigh: cost === undefined ? 0 : usdFromNanoUsd(cost.highNanoUsd),
      latencyMs,
      priced: cost !== undefined,
    },
  };
}
