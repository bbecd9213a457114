import type { DecisionRecord } from '../../gen/sextant/storage/v1/storage.js';
import { decisionIdFromBytes } from '../../core/ids.js';
import { usdFromNanoUsd } from '../../core/money.js';
import type { Outcome, OutcomeStatus } from '../../core/outcome/outcome.js';
import type { OutcomeLog } from '../../store/ports.js';

/** What came of a decision's first attempt; absent is not known. */
export interface FirstAttempt {
  readonly quality?: number;
  readonly qualitySource?: string;
  readonly status?: OutcomeStatus;
  readonly costUsd?: number;
  readonly latencyMs?: number;
  readonly outputTokens?: number;
}

/** No ticket lives longer, so that no report of a decision is later. */
const TICKET_LIFE_MOST_MS = 30 * 86_400_000;

/**
 * What came of some decisions, which are in time order: their reports are behind the position that the log had when the
 * first was taken. @throws StoreError.
 */
export async function firstAttempts(
  log: OutcomeLog,
  decisions: readonly DecisionRecord[],
): Promise<ReadonlyMap<string, FirstAttempt>> {
  const found = new Map<string, FirstAttempt>(
    decisions.map(({ decisionId }) => [decisionIdFromBytes(decisionId), {}]),
  );
  const from = Math.min(...decisions.map(({ stateSequence }) => Number(stateSequence)));
  const untilMs = Number(decisions.at(-1)!.issueTimeMs) + TICKET_LIFE_MOST_MS;
  for await (const { outcomes } of log.read(from)) {
    for (const outcome of outcomes) {
      const known = outcome.attempt === 0 ? found.get(outcome.decisionId) : undefined;
      if (known !== undefined) found.set(outcome.decisionId, { ...known, ...partOf(outcome) });
    }
    if (outcomes[0]!.receiveTimeMs > untilMs) break;
  }
  return found;
}

function partOf({ quality, execution }: Outcome): FirstAttempt {
  const { status, costNanoUsd, latencyMs, outputTokens } = execution ?? {};
  return {
    ...(quality && { quality: quality.value, qualitySource: quality.source }),
    ...(status !== undefined && { status }),
    ...(costNanoUsd !== undefined && { costUsd: usdFromNanoUsd(costNanoUsd) }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
}
