import type { ArmedDecision } from '../core/evaluation/support.js';
import { replayDecision, type ReplayedRewards } from '../core/evaluation/replay-decision.js';
import type { UseCase } from '../core/ids.js';
import type { ArmId } from '../core/registry/model.js';
import type { Policy } from '../core/selection/policy.js';
import { nameOfArmId } from '../core/selection/snapshot.js';
import type { OutcomeLog, Store } from '../store/ports.js';
import { replay, ReplayedPolicy, type LogFilter, type PassedOver } from './log-replay.js';

/** One decision under the policy that is evaluated, by reward. */
export interface LoggedEvaluation {
  readonly useCase: UseCase;
  readonly quality: ArmedDecision;
  readonly costNanoUsd: ArmedDecision;
}

export interface EvaluatedLog extends Readonly<PassedOver> {
  readonly decisions: readonly LoggedEvaluation[];
  readonly tenants: readonly string[];
  /** Names of arms, for tables. */
  readonly nameOf: (armId: ArmId) => string;
  /** Requests that the policy refuses, or leaves without a model. */
  readonly refused: number;
}

/**
 * Goes through a stopped store's decisions in time order and asks a policy what it would have done, each on the learning
 * state of before the decision. @throws StoreError; RangeError where the policy does not fit what is stored.
 */
export async function evaluateLog(store: Store, policy: Policy, filter: LogFilter): Promise<EvaluatedLog> {
  const rewards = await rewardsOf(store.outcomes);
  const replayed = await ReplayedPolicy.open(store, policy);
  const { snapshot } = replayed;
  const passedOver: PassedOver = { tooOld: 0, otherContext: 0 };
  const decisions: LoggedEvaluation[] = [];
  const tenants = new Set<string>();
  let refused = 0;
  for await (const recorded of replay(store, [replayed], filter, passedOver)) {
    const { useCase, tenant } = recorded.question;
    tenants.add(tenant);
    const decision = replayDecision(snapshot, recorded, rewards.get(recorded.decisionId) ?? {});
    if (decision === undefined) {
      refused += 1;
      continue;
    }
    const { armIds, quality, costNanoUsd } = decision;
    decisions.push({
      useCase,
      quality: { ...quality, armIds },
      costNanoUsd: { ...costNanoUsd, armIds },
    });
  }
  const nameOf = (armId: ArmId): string => nameOfArmId(snapshot, armId);
  return { decisions, tenants: [...tenants].sort(), nameOf, refused, ...passedOver };
}

/** What came of each decision's choice. Fallbacks belong to no propensity. */
async function rewardsOf(log: OutcomeLog): Promise<ReadonlyMap<string, ReplayedRewards>> {
  const rewards = new Map<string, ReplayedRewards>();
  for await (const { outcomes } of log.read(0)) {
    for (const { attempt, decisionId, quality, execution } of outcomes) {
      if (attempt > 0) continue;
      const cost = execution?.costNanoUsd;
      rewards.set(decisionId, {
        ...rewards.get(decisionId),
        ...(quality && { quality: quality.value }),
        ...(cost !== undefined && { costNanoUsd: cost }),
      });
    }
  }
  return rewards;
}
