import type { Outcome } from '../../core/outcome/outcome.js';
import type { AppendVerdict, OutcomeLog } from '../ports.js';
import { StoreError } from '../store-error.js';

/** The outcome that was acknowledged last, and its position: a store that is opened again has to have it there. */
export interface LastOutcome {
  readonly sequence: number;
  readonly outcome: Outcome;
}

/** The last outcome that a call of `append` recorded, if any. */
export function lastRecorded(
  groups: readonly (readonly Outcome[])[],
  verdicts: readonly (readonly AppendVerdict[])[],
): LastOutcome | undefined {
  for (let group = groups.length - 1; group >= 0; group--) {
    for (let i = groups[group]!.length - 1; i >= 0; i--) {
      const verdict = verdicts[group]![i]!;
      if (verdict.kind === 'recorded') return { sequence: verdict.sequence, outcome: groups[group]![i]! };
    }
  }
  return undefined;
}

/** @throws StoreError `STORE_CORRUPT` where the log does not hold it: another store is there, or a part of it is gone. */
export async function assertHolds(log: OutcomeLog, { sequence, outcome }: LastOutcome): Promise<void> {
  if (sequence < log.head()) {
    for await (const { firstSequence, outcomes } of log.read(sequence)) {
      const found = outcomes[sequence - firstSequence];
      if (found?.decisionId === outcome.decisionId && found.digest === outcome.digest) return;
      break;
    }
  }
  throw new StoreError(
    'STORE_CORRUPT',
    `the store does not hold the outcome at ${sequence} that was acknowledged: put the right store back, or restart to go on with this one`,
  );
}
