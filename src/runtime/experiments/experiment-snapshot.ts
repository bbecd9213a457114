import { ExperimentState, type FoldedExperiment } from '../../core/experiment/experiment-state.js';
import { SUM_COUNT } from '../../core/experiment/statistics/cluster-sums.js';
import type { ArmId } from '../../core/registry/model.js';
import type { LearningState } from '../../core/learning/learning-state.js';
import { ExperimentSnapshot } from '../../gen/sextant/storage/v1/storage.js';
import { encodeLearning } from '../../store/learning-codec.js';
import { StoreError } from '../../store/store-error.js';

/** Grows with every change of what the fold makes of outcomes: older snapshots are passed over then. */
const FOLD_VERSION = 1;

/** The state as a cache of the fold, and the beliefs of arms that have their own. */
export function encodeExperimentState(
  state: ExperimentState,
  learning: readonly (LearningState | undefined)[],
  { withHistory = true }: { readonly withHistory?: boolean } = {},
): Uint8Array {
  const { positions, groups: unitGroups, totals } = state.units.content();
  return ExperimentSnapshot.encode({
    foldVersion: FOLD_VERSION,
    sequence: BigInt(state.sequence),
    groups: state.groups.map(({ sums, decisions, routed }, group) => {
      const own = learning[group];
      return {
        sums: sums.flatMap((one) => Array.from(one)),
        rhoSquared: Array.from(state.rhoSquared[group]!),
        decisions: BigInt(decisions),
        routed: [...routed].map(([armId, counted]) => ({
          armId,
          decisions: BigInt(counted.decisions),
          qualities: BigInt(counted.qualities),
          qualitySum: counted.qualitySum,
        })),
        entries: state.entries.map((counts) => BigInt(counts[group]!)),
        learning: own === undefined ? Buffer.alloc(0) : encodeLearning(own),
      };
    }),
    positions: positions.map(BigInt),
    unitGroups,
    unitTotals: Array.from(totals),
    largestLogEvidence: state.largestLogEvidence,
    policyVersions: [...state.policyVersions],
    firstEventMs: BigInt(state.firstEventMs),
    latestEventMs: BigInt(state.latestEventMs),
    history: (withHistory ? state.history.points : []).map(({ timeMs, sums }) => ({
      timeMs: BigInt(timeMs),
      sums: sums.flatMap((group) => group.flatMap((one) => Array.from(one))),
    })),
    historyStepMs: BigInt(withHistory ? state.history.stepMs : 0),
  }).finish();
}

export interface RecoveredExperiment {
  readonly state: ExperimentState;
  /** By group, as `encodeLearning` wrote them; empty where it had none. */
  readonly learning: readonly Uint8Array[];
}

/**
 * A state from its bytes, or nothing where another fold made them.
 * @throws StoreError STORE_CORRUPT where rows do not fit the experiment.
 */
export function decodeExperimentState(
  bytes: Uint8Array,
  number: number,
  definition: FoldedExperiment,
): RecoveredExperiment | undefined {
  const kept = ExperimentSnapshot.decode(bytes);
  if (kept.foldVersion !== FOLD_VERSION) return undefined;
  const state = new ExperimentState(number, definition, Number(kept.sequence));
  const isWhole = kept.groups.length === state.groups.length && kept.unitTotals.every(Number.isFinite);
  if (!isWhole) throw new StoreError('STORE_CORRUPT', 'the snapshot of an experiment does not fit it');
  kept.groups.forEach((row, group) => {
    const own = state.groups[group]!;
    const width = own.sums[0]!.length;
    own.sums.forEach((sums, metric) => sums.set(row.sums.slice(metric * width, (metric + 1) * width)));
    state.rhoSquared[group]!.set(row.rhoSquared);
    own.decisions = Number(row.decisions);
    for (const { armId, decisions, qualities, qualitySum } of row.routed) {
      const counted = { decisions: Number(decisions), qualities: Number(qualities), qualitySum };
      own.routed.set(armId as ArmId, counted);
    }
    row.entries.forEach((count, phase) => {
      const counts = (state.entries[phase] ??= state.groups.map(() => 0));
      counts[group] = Number(count);
    });
  });
  state.units.restore(kept.positions.map(Number), kept.unitGroups, kept.unitTotals);
  state.largestLogEvidence = kept.largestLogEvidence;
  for (const version of kept.policyVersions) state.policyVersions.add(version);
  state.firstEventMs = Number(kept.firstEventMs);
  state.latestEventMs = Number(kept.latestEventMs);
  restoreHistory(state, kept);
  return { state, learning: kept.groups.map(({ learning }) => learning) };
}

/** A snapshot from before there was a history has none: it begins there. */
function restoreHistory({ history, groups }: ExperimentState, kept: ExperimentSnapshot): void {
  if (kept.historyStepMs === 0n) return;
  const width = groups.reduce((sum, { sums }) => sum + sums.length * SUM_COUNT, 0);
  if (kept.history.some(({ sums }) => sums.length !== width))
    throw new StoreError('STORE_CORRUPT', 'the history of an experiment does not fit it');
  const points = kept.history.map(({ timeMs, sums }) => {
    let from = 0;
    return {
      timeMs: Number(timeMs),
      sums: groups.map((group) =>
        group.sums.map(() => Float64Array.from(sums.slice(from, (from += SUM_COUNT)))),
      ),
    };
  });
  history.restore(Number(kept.historyStepMs), points);
}
