import type { PolicyFolder, PolicySource } from '../../config/policy-files.js';
import { meansOf, totalOf } from '../../core/comparison/tally.js';
import { SextantError, type ErrorCode } from '../../core/errors.js';
import type { RewardReport } from '../../core/evaluation/reward-report.js';
import { NANO_USD_PER_USD } from '../../core/money.js';
import type {
  EvaluatedReward,
  EvaluationEvidence,
  Evidence,
  ReplayEvidence,
} from '../../core/promotion/evidence.js';
import { gateOf, type PromotionState } from '../../core/promotion/promotion-state.js';
import type { EvaluatedLog } from '../evaluation/evaluate-log.js';
import type { LogDiff } from '../evaluation/diff-on-log.js';
import type { PolicyEvaluator } from '../evaluation/policy-evaluator.js';

const MS_PER_HOUR = 3_600_000;

export interface LogEvidenceParts {
  readonly evaluator: Pick<PolicyEvaluator, 'evaluate' | 'compare'>;
  readonly nowMs: () => number;
  /** Files of a version that is kept. */
  readonly folder: (version: string) => Promise<PolicyFolder>;
}

/** What is worked out of the log while the server goes on; one piece of work at a time. */
interface Work {
  readonly of: string;
  /** How far back it goes. */
  hours: number;
  isBusy: boolean;
  found?: Evidence;
}

/** Another evaluation runs, or the store is away: the same is asked again a little later. */
const PASSING: readonly ErrorCode[] = ['EVALUATION_RUNNING', 'STORE_UNAVAILABLE'];
/** The log is too long: half as much is asked for. */
const TOO_LONG: readonly ErrorCode[] = ['TOO_MANY_DECISIONS', 'EVALUATION_TIMEOUT'];

/** Asks the log about a candidate: what it would change, and what it would have earned. */
export class LogEvidence {
  private work: Work | undefined;

  constructor(private readonly parts: LogEvidenceParts) {}

  /** What was found at the gate; nothing as long as it is being worked out, which this call begins. */
  of(state: PromotionState, candidate: PolicyFolder): Evidence | undefined {
    const of = `${state.number} ${gateOf(state).gate}`;
    if (this.work?.of !== of) this.work = { of, hours: state.settings.replay.hours, isBusy: false };
    const { work } = this;
    if (work.found !== undefined || work.isBusy) return work.found;
    work.isBusy = true;
    void this.found(state, candidate.sources, work.hours)
      .catch((error: unknown) => this.refusal(state, error, work))
      .then((found) => {
        work.isBusy = false;
        if (found !== undefined) work.found = found;
      });
    return undefined;
  }

  private async found(
    state: PromotionState,
    sources: readonly PolicySource[],
    hours: number,
  ): Promise<Evidence> {
    const { evaluator, nowMs, folder } = this.parts;
    const toMs = nowMs() + 1;
    const filter = { fromMs: Math.max(0, toMs - hours * MS_PER_HOUR), toMs };
    if (gateOf(state).gate === 'evaluation')
      return { gate: 'evaluation', ...evaluationEvidence(await evaluator.evaluate(sources, filter)) };
    const { sources: from } = await folder(state.baseVersion);
    return {
      gate: 'replay',
      ...replayEvidence(await evaluator.compare({ from, to: sources }, filter), hours),
    };
  }

  private refusal(state: PromotionState, error: unknown, work: Work): Evidence | undefined {
    const { code, message } = SextantError.from(error);
    if (PASSING.includes(code)) return undefined;
    if (TOO_LONG.includes(code)) {
      work.hours /= 2;
      return undefined;
    }
    const gate = gateOf(state).gate === 'evaluation' ? 'evaluation' : 'replay';
    return code === 'NOTHING_TO_EVALUATE' ? { gate, nothing: message } : { gate, failure: message };
  }
}

function replayEvidence({ rows }: LogDiff, hours: number): ReplayEvidence {
  const total = totalOf(rows);
  const { changedShare, quality, costNanoUsd } = meansOf(total);
  const { refused, admitted } = total.differences;
  return {
    hours,
    requests: total.requests,
    changedShare,
    refused,
    admitted,
    ...(quality && { quality }),
    ...(costNanoUsd && {
      costUsd: {
        before: costNanoUsd.before / NANO_USD_PER_USD,
        after: costNanoUsd.after / NANO_USD_PER_USD,
      },
    }),
  };
}

function evaluationEvidence({ decisions, quality, success, costUsd }: EvaluatedLog): EvaluationEvidence {
  return {
    decisions,
    rewards: [rewardOf('quality', quality), rewardOf('success', success), rewardOf('cost', costUsd)],
  };
}

function rewardOf(name: EvaluatedReward['name'], { support, lift, logged }: RewardReport): EvaluatedReward {
  return {
    name,
    rewarded: support.rewarded,
    effectiveDecisions: support.effectiveDecisions,
    objections: support.objections,
    ...(lift !== undefined &&
      logged !== undefined && { lift: { value: lift.value, interval: lift.asymptotic, logged } }),
  };
}
