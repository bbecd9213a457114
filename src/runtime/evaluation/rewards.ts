import { FallbackTally, type FallbackReport } from '../../core/evaluation/fallbacks.js';
import type { ReplayedRewards } from '../../core/evaluation/replay-decision.js';
import { decisionTimeMs } from '../../core/ids.js';
import type { Execution, Outcome } from '../../core/outcome/outcome.js';
import type { OutcomeLog } from '../../store/ports.js';
import { fits, type LogFilter } from './log-replay.js';

/** What came of decisions. */
export interface LoggedRewards {
  /** Of first attempts. Fallbacks belong to no propensity. */
  readonly byDecision: ReadonlyMap<string, ReplayedRewards>;
  readonly fallbacks: FallbackReport;
}

/** More outcomes belong to a filter's decisions than are to be held at once. */
export class TooManyDecisions extends Error {
  constructor(most: number, remedy = 'ask for a shorter time, or one use case') {
    super(`more than ${most} decisions have outcomes: ${remedy}`);
    this.name = 'TooManyDecisions';
  }
}

/** Reads what came of the decisions that a filter lets through. @throws StoreError; TooManyDecisions. */
export async function rewardsOf(
  log: Pick<OutcomeLog, 'read'>,
  filter: LogFilter,
  most = Infinity,
): Promise<LoggedRewards> {
  const byDecision = new Map<string, ReplayedRewards>();
  const fallbacks = new FallbackTally();
  for await (const { outcomes } of log.read(0)) {
    for (const outcome of outcomes) {
      if (!isOf(filter, outcome)) continue;
      if (outcome.attempt > 0) fallbacks.add(outcome);
      else
        byDecision.set(outcome.decisionId, { ...byDecision.get(outcome.decisionId), ...rewardsIn(outcome) });
    }
    if (byDecision.size > most) throw new TooManyDecisions(most);
  }
  return { byDecision, fallbacks: fallbacks.report() };
}

function isOf(filter: LogFilter, outcome: Outcome): boolean {
  if (!fits(outcome, filter)) return false;
  const timeMs = decisionTimeMs(outcome.decisionId);
  return timeMs >= filter.fromMs && timeMs < filter.toMs;
}

function rewardsIn({ quality, execution }: Outcome): ReplayedRewards {
  const success = execution && successOf(execution);
  const costNanoUsd = execution?.costNanoUsd;
  return {
    ...(quality && { quality: quality.value }),
    ...(success !== undefined && { success }),
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  };
}

const SUCCESS: Readonly<Partial<Record<Execution['status'], number>>> = {
  success: 1,
  rate_limited: 0,
  timeout: 0,
  server_error: 0,
};

/** As success is learned: what the request itself brought about says nothing of the model. */
const successOf = ({ status }: Execution): number | undefined => SUCCESS[status];
