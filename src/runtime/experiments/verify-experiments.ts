import type { ExperimentState } from '../../core/experiment/experiment-state.js';
import { groupNames } from '../../core/experiment/definition.js';
import type { Policy } from '../../core/selection/policy.js';
import type { Store } from '../../store/ports.js';
import { decodeExperiment } from './experiment-document.js';
import { EXPERIMENT_KIND } from './experiment-keeper.js';
import { encodeExperimentState } from './experiment-snapshot.js';
import { FOLD_KIND } from './experiment-snapshots.js';
import { RunningExperiment } from './running-experiment.js';
import { verifyBeliefs, type VerifiedBeliefs } from './verify-beliefs.js';

/** What came of holding one experiment's sums against the log. */
export interface VerifiedExperiment {
  readonly id: string;
  readonly units: number;
  /** What differs, in words; none where all is equal. */
  readonly differences: readonly string[];
  /** Whether outcomes of its beginning have left the log, so that only the tail could be folded. */
  readonly isPartOnly: boolean;
  readonly beliefs: VerifiedBeliefs['beliefs'];
}

/**
 * Holds the sums that are kept of each experiment, brought up to the log's end, against a fold of the log from the
 * experiment's start: bit for bit, since both fold the same outcomes in the same order; and arms' own beliefs up to rounding.
 * The history is not looked at, as it begins late where a snapshot is from before it was kept.
 * @param policy that a server would serve.
 * @throws StoreError.
 */
export async function verifyExperiments(
  { documents, outcomes }: Pick<Store, 'documents' | 'outcomes'>,
  policy: Policy,
): Promise<VerifiedExperiment[]> {
  const verified: VerifiedExperiment[] = [];
  for (const { body, revision } of await documents.list(EXPERIMENT_KIND)) {
    const started = decodeExperiment(body);
    const kept = new RunningExperiment(started, revision);
    await kept.recover((await documents.get(FOLD_KIND, String(kept.number)))?.body, outcomes);
    const of = { id: kept.definition.id, units: kept.state.units.size };
    if (started.startSequence < outcomes.base()) {
      verified.push({ ...of, differences: [], isPartOnly: true, beliefs: 'unknown' });
      continue;
    }
    const whole = new RunningExperiment(started, revision);
    await whole.recover(undefined, outcomes);
    const sums = differencesOf(kept.state, whole.state, groupNames(kept.definition));
    const { beliefs, differences } = await verifyBeliefs(kept, policy, outcomes);
    verified.push({ ...of, differences: [...sums, ...differences], isPartOnly: false, beliefs });
  }
  return verified;
}

function differencesOf(kept: ExperimentState, whole: ExperimentState, names: readonly string[]): string[] {
  const bytesOf = (state: ExperimentState): Buffer =>
    Buffer.from(
      encodeExperimentState(
        state,
        state.groups.map(() => undefined),
        { withHistory: false },
      ),
    );
  if (bytesOf(kept).equals(bytesOf(whole))) return [];
  const differences = names.flatMap((name, group) => {
    const [a, b] = [kept.groups[group]!, whole.groups[group]!];
    const isSame = a.decisions === b.decisions && JSON.stringify(a.sums) === JSON.stringify(b.sums);
    return isSame ? [] : [`arm ${name}: ${a.decisions} decisions are kept, ${b.decisions} are in the log`];
  });
  return differences.length > 0 ? differences : ['units, tunings or counts of entries'];
}
