import { PROPENSITY_ONE } from '../bandit/propensity.js';
import { predictedRate } from '../bandit/metric-belief.js';
import type { ArmId } from '../registry/model.js';
import { deliberate, type LoggedInputs } from '../selection/decide.js';
import type { Question } from '../selection/question.js';
import type { DecisionSnapshot } from '../selection/snapshot.js';
import type { EvaluatedDecision } from './evaluated-decision.js';

/** A decision as its log knows it. */
export interface DecisionToReplay extends LoggedInputs {
  readonly lambda: number;
  readonly question: Question;
  readonly issueTimeMs: number;
  readonly armId: ArmId;
  readonly candidates: readonly { readonly armId: ArmId; readonly propensityQ16: number }[];
}

/** What came of a decision's first attempt. */
export interface ReplayedRewards {
  readonly quality?: number;
  readonly costNanoUsd?: number;
}

/** The same decision under another policy, once for each reward. */
export interface ReplayedDecision {
  readonly armIds: readonly ArmId[];
  readonly quality: EvaluatedDecision;
  readonly costNanoUsd: EvaluatedDecision;
}

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
  const { question, issueTimeMs: nowMs, lambda, context } = logged;
  const asLogged = { lambda, ...(context && { context }) };
  const { candidates } = deliberate(snapshot, question, { nowMs, explain: false, asLogged });
  if (candidates.length === 0) return undefined;
  const armIds = logged.candidates.map(({ armId }) => armId);
  const target = armIds.map(() => 0);
  const [quality, cost] = [armIds.map(() => 0), armIds.map(() => 0)];
  let outside = 0;
  for (const candidate of candidates) {
    const p = candidate.propensityQ16 / PROPENSITY_ONE;
    const k = armIds.indexOf(candidate.arm.armId);
    if (k < 0) outside += p;
    else {
      target[k] = p;
      quality[k] = predictedRate(candidate.belief.quality);
      cost[k] = candidate.cost?.meanNanoUsd ?? 0;
    }
  }
  const shared = {
    logged: logged.candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE),
    target,
    outside,
    chosen: armIds.indexOf(logged.armId),
  };
  return {
    armIds,
    quality: {
      ...shared,
      predicted: quality,
      ...(rewards.quality !== undefined && { reward: rewards.quality }),
    },
    costNanoUsd: {
      ...shared,
      predicted: cost,
      ...(rewards.costNanoUsd !== undefined && { reward: rewards.costNanoUsd }),
    },
  };
}
