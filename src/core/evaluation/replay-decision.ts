import { betaMean } from '../bandit/beta-distribution.js';
import { clampedRate } from '../bandit/metric-belief.js';
import { PROPENSITY_ONE } from '../bandit/propensity.js';
import type { BudgetInForce } from '../budget/budget-rule.js';
import type { ArmId } from '../registry/model.js';
import { deliberate, type LoggedInputs } from '../selection/decide.js';
import type { Question } from '../selection/question.js';
import type { ScoredCandidate } from '../selection/score-candidates.js';
import type { DecisionSnapshot } from '../selection/snapshot.js';
import type { EvaluatedDecision } from './evaluated-decision.js';

/** A decision as its log knows it. */
export interface DecisionToReplay extends LoggedInputs {
  readonly question: Question;
  readonly issueTimeMs: number;
  readonly armId: ArmId;
  readonly candidates: readonly { readonly armId: ArmId; readonly propensityQ16: number }[];
}

/** What a decision can earn: the quality of the answer, whether there was one, and what it cost in nano-USD. */
export const REWARDS = ['quality', 'success', 'costNanoUsd'] as const;
export type RewardName = (typeof REWARDS)[number];

/** What came of a decision's first attempt; absent is not known, and not zero. */
export type ReplayedRewards = { readonly [name in RewardName]?: number };

/** The same decision under another policy, once for each reward. */
export interface ReplayedDecision extends Readonly<Record<RewardName, EvaluatedDecision>> {
  readonly armIds: readonly ArmId[];
  /** The policy's budget for the request, and λ on it. */
  readonly budget?: BudgetInForce;
  readonly lambda: number;
  /** What the policy expects its choice to cost, over all its candidates. */
  readonly expectedCostNanoUsd: number;
}

/** What a policy expects of a candidate before the decision: made of earlier outcomes alone, whoever drew them. */
const PREDICTIONS: Readonly<Record<RewardName, (candidate: ScoredCandidate) => number>> = {
  quality: ({ belief }) => clampedRate(belief.undrifted.quality.mean),
  success: ({ belief }) => betaMean(belief.success),
  costNanoUsd: ({ cost }) => cost?.meanNanoUsd ?? 0,
};

/**
 * Asks a policy what it would have done with a logged request.
 *
 * @param snapshot the policy, and the learning state as it was before the decision.
 * @returns nothing where the policy refuses the request, or leaves it no model.
 */
export function replayDecision(
  snapshot: DecisionSnapshot,
  logged: DecisionToReplay,
  rewards: ReplayedRewards,
): ReplayedDecision | undefined {
  const { question, issueTimeMs: nowMs, lambda, context, ledger } = logged;
  const asLogged = {
    ...(lambda !== undefined && { lambda }),
    ...(context && { context }),
    ...(ledger && { ledger }),
  };
  const taken = deliberate(snapshot, question, { nowMs, explain: false, asLogged });
  if (taken.candidates.length === 0) return undefined;
  const armIds = logged.candidates.map(({ armId }) => armId);
  const target = armIds.map(() => 0);
  const predicted = { quality: [...target], success: [...target], costNanoUsd: [...target] };
  let [outside, expectedCostNanoUsd] = [0, 0];
  for (const candidate of taken.candidates) {
    const p = candidate.propensityQ16 / PROPENSITY_ONE;
    expectedCostNanoUsd += p * PREDICTIONS.costNanoUsd(candidate);
    const k = armIds.indexOf(candidate.arm.armId);
    if (k < 0) outside += p;
    else {
      target[k] = p;
      for (const name of REWARDS) predicted[name][k] = PREDICTIONS[name](candidate);
    }
  }
  const evaluated = (name: RewardName): EvaluatedDecision => ({
    logged: logged.candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE),
    target,
    outside,
    chosen: armIds.indexOf(logged.armId),
    predicted: predicted[name],
    ...(rewards[name] !== undefined && { reward: rewards[name] }),
  });
  return {
    armIds,
    quality: evaluated('quality'),
    success: evaluated('success'),
    costNanoUsd: evaluated('costNanoUsd'),
    ...(taken.budget && { budget: taken.budget }),
    lambda: taken.lambda,
    expectedCostNanoUsd,
  };
}
