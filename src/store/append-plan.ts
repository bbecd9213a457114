import { decisionTimeMs } from '../core/ids.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { AppendVerdict } from './ports.js';

/** What one call of `append` will write and answer. */
export interface AppendPlan {
  readonly verdicts: readonly (readonly AppendVerdict[])[];
  /** New outcomes, in the order of their sequences. */
  readonly accepted: readonly Outcome[];
}

/**
 * Decides what becomes of each outcome, as `OutcomeLog.append` says.
 *
 * @param keyOf names an outcome's dedupe key.
 * @param recordedDigest the digest that the log holds for a key, if any.
 * @param head the position that the first new outcome gets.
 */
export function planAppend(
  groups: readonly (readonly Outcome[])[],
  context: {
    readonly keyOf: (outcome: Outcome) => string;
    readonly recordedDigest: (key: string) => string | undefined;
    /** What is reported of earlier decisions is expired. */
    readonly floorMs: number;
    readonly head: number;
  },
): AppendPlan {
  const accepted: Outcome[] = [];
  const acceptedDigests = new Map<string, string>();

  const decideGroup = (group: readonly Outcome[]): readonly AppendVerdict[] => {
    const groupDigests = new Map<string, string>();
    const fresh: Outcome[] = [];
    const verdicts: AppendVerdict[] = [];
    for (const outcome of group) {
      if (decisionTimeMs(outcome.decisionId) < context.floorMs) {
        verdicts.push({ kind: 'expired' });
        continue;
      }
      const key = context.keyOf(outcome);
      const known = groupDigests.get(key) ?? acceptedDigests.get(key) ?? context.recordedDigest(key);
      if (known === undefined) {
        verdicts.push({ kind: 'recorded', sequence: context.head + accepted.length + fresh.length });
        fresh.push(outcome);
        groupDigests.set(key, outcome.digest);
      } else if (known === outcome.digest) {
        verdicts.push({ kind: 'duplicate' });
      } else {
        verdicts.push({ kind: 'conflict' });
      }
    }
    if (verdicts.some(({ kind }) => kind === 'conflict' || kind === 'expired')) {
      return verdicts.map((verdict) => (verdict.kind === 'recorded' ? { kind: 'withheld' } : verdict));
    }
    for (const outcome of fresh) accepted.push(outcome);
    for (const [key, digest] of groupDigests) acceptedDigests.set(key, digest);
    return verdicts;
  };

  return { verdicts: groups.map(decideGroup), accepted };
}

/** A dedupe key as text, for maps. */
export function outcomeKeyText({ decisionId, attempt, metric }: Outcome): string {
  return `${decisionId}/${attempt}/${metric}`;
}
