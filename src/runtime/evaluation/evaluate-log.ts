import { EvaluationTally, type EvaluationReport } from '../../core/evaluation/evaluation-report.js';
import { OwnPacing } from '../../core/evaluation/own-pacing.js';
import { replayDecision, type ReplayedDecision } from '../../core/evaluation/replay-decision.js';
import type { Policy } from '../../core/selection/policy.js';
import { nameOfArmId } from '../../core/selection/snapshot.js';
import type { DecisionLog } from '../../store/ports.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { RecordedDecision } from '../decision-codec.js';
import {
  nothingPassedOver,
  passedOverLines,
  replay,
  ReplayedPolicy,
  type LogFilter,
  type PassedOver,
  type ReadableOutcomes,
} from './log-replay.js';
import { rewardsOf, TooManyDecisions } from './rewards.js';

/** The parts of a store that an evaluation reads. */
export interface EvaluatedStore {
  readonly outcomes: ReadableOutcomes;
  readonly decisions: Pick<DecisionLog, 'range'>;
}

/** A policy, and what stands beside it on the server. */
export interface EvaluatedPolicy {
  readonly policy: Policy;
  readonly surroundings: Surroundings;
}

/** What a log says of a policy, and what was passed over. */
export interface EvaluatedLog extends EvaluationReport, Readonly<PassedOver> {
  readonly policyVersion: string;
}

export interface EvaluationOptions {
  readonly filter: LogFilter;
  /** More decisions than this are refused, since some numbers of each are held. */
  readonly maxDecisions?: number;
  /** Told of each decision, at the logged λ. */
  readonly onDecision?: (recorded: RecordedDecision, replayed: ReplayedDecision) => void;
}

/**
 * Goes through a store's decisions in time order and asks a policy what it would have done, each on the learning
 * state of before the decision. Decisions without a report are asked about too.
 * @throws StoreError; RangeError where the policy does not fit what is stored; TooManyDecisions.
 */
export async function evaluateLog(
  store: EvaluatedStore,
  { policy, surroundings }: EvaluatedPolicy,
  { filter, maxDecisions = Infinity, onDecision }: EvaluationOptions,
): Promise<EvaluatedLog> {
  const { byDecision, fallbacks } = await rewardsOf(store.outcomes, filter, maxDecisions);
  const replayed = await ReplayedPolicy.open(store.outcomes, policy, surroundings);
  const { snapshot } = replayed;
  const passedOver = nothingPassedOver();
  const tally = new EvaluationTally();
  const pacing = policy.budgets.length > 0 ? new OwnPacing() : undefined;
  for await (const recorded of replay(store, [replayed], filter, passedOver)) {
    const rewards = byDecision.get(recorded.decisionId) ?? {};
    const decision = replayDecision(snapshot, recorded, rewards);
    const own = pacing && { decision: pacing.replay(snapshot, recorded, rewards) };
    tally.add(recorded.question.useCase, decision, own);
    if (tally.size > maxDecisions) throw new TooManyDecisions(maxDecisions);
    if (decision !== undefined) onDecision?.(recorded, decision);
  }
  return {
    policyVersion: policy.version,
    ...tally.report((armId) => nameOfArmId(snapshot, armId), fallbacks),
    ...passedOver,
  };
}

/** Why a log says nothing of a policy, where no decision was left to ask about. */
export function nothingToEvaluate(log: EvaluatedLog, filter: LogFilter): string | undefined {
  if (log.decisions > 0) return undefined;
  const refused = log.refused > 0 ? [`${log.refused} requests the policy would refuse`] : [];
  const reasons = [...passedOverLines(log), ...refused];
  const why = reasons.length > 0 ? reasons.join('; ') : `the log has none${filterText(filter)}`;
  return `there is no decision to evaluate on: ${why}`;
}

/** What a filter lets through, in words. */
function filterText({ tenant, useCase, fromMs, toMs }: LogFilter): string {
  const timeText = (timeMs: number): string => new Date(timeMs).toISOString();
  return [
    ...(tenant === undefined ? [] : [` of tenant "${tenant}"`]),
    ...(useCase === undefined ? [] : [` of use case "${useCase}"`]),
    ...(fromMs > 0 ? [` since ${timeText(fromMs)}`] : []),
    ...(toMs < Number.MAX_SAFE_INTEGER ? [` before ${timeText(toMs)}`] : []),
  ].join('');
}
