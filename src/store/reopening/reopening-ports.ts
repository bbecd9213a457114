import type { LevelStore } from '../level/open-level-store.js';
import type {
  DecisionLog,
  DocumentStore,
  OutcomeLog,
  RollupStore,
  SnapshotStore,
  StoreRetention,
} from '../ports.js';
import { SerialQueue } from '../serial-queue.js';
import { statesBefore, type DoubtfulCommit } from './doubtful-commit.js';
import { lastRecorded, type LastOutcome } from './last-outcome.js';

/** The store as it is now. Throws StoreError `STORE_IO` while there is none. */
type Use = () => LevelStore;

/** @param acknowledged is told of the last outcome of each call. */
export function reopeningOutcomes(use: Use, acknowledged: (last: LastOutcome) => void): OutcomeLog {
  let head = 0;
  let base = 0;
  return {
    append: async (groups) => {
      const { outcomes } = use();
      const verdicts = await outcomes.append(groups);
      // Where it failed meanwhile, nobody knows whether what was written will be there: recovery looks.
      use();
      head = outcomes.head();
      const last = lastRecorded(groups, verdicts);
      if (last !== undefined) acknowledged(last);
      return verdicts;
    },
    read: (from) => lazily(() => use().outcomes.read(from)),
    readOf: async (decisionId) => use().outcomes.readOf(decisionId),
    readBase: async () => use().outcomes.readBase(),
    // While the store is away, what it held when it was last asked.
    head: () => (head = lastKnown(() => use().outcomes.head(), head)),
    base: () => (base = lastKnown(() => use().outcomes.base(), base)),
  };
}

/** @param doubted is told of a commit during which the store failed. */
export function reopeningDocuments(use: Use, doubted: (commit: DoubtfulCommit) => void): DocumentStore {
  const turns = new SerialQueue();
  const commit: DocumentStore['commit'] = (changes) =>
    turns.run(async () => {
      const { documents } = use();
      const before = await statesBefore(documents, changes);
      try {
        return await documents.commit(changes);
      } catch (error) {
        if (isAway(use)) doubted({ changes, before });
        throw error;
      }
    });
  return {
    get: async (kind, name) => use().documents.get(kind, name),
    list: async (kind) => use().documents.list(kind),
    span: async (kind, span) => use().documents.span(kind, span),
    commit,
    put: async (kind, name, body, expectedRevision) => {
      const own = Uint8Array.from(body);
      const isWritten = await commit([{ kind, name, expectedRevision, body: own }]);
      return isWritten ? { kind, name, revision: expectedRevision + 1, body: own } : undefined;
    },
    delete: async (kind, name, expectedRevision) =>
      expectedRevision > 0 && commit([{ kind, name, expectedRevision }]),
  };
}

export function reopeningDecisions(use: Use): DecisionLog {
  return {
    append: async (decisions, rollups) => use().decisions.append(decisions, rollups),
    range: (fromMs, toMs, order) => lazily(() => use().decisions.range(fromMs, toMs, order)),
  };
}

export function reopeningRetention(use: Use): StoreRetention {
  let floorMs = 0;
  return {
    replacePrefix: async (to, body) => use().retention.replacePrefix(to, body),
    positionWithin: async (maxBytes) => use().retention.positionWithin(maxBytes),
    dedupeFloorMs: () => (floorMs = lastKnown(() => use().retention.dedupeFloorMs(), floorMs)),
    raiseDedupeFloor: async (toMs) => use().retention.raiseDedupeFloor(toMs),
    removeDecisionsBefore: async (timeMs) => use().retention.removeDecisionsBefore(timeMs),
    decisionTimeWithin: async (maxBytes) => use().retention.decisionTimeWithin(maxBytes),
  };
}

export function reopeningRollups(use: Use): RollupStore {
  return {
    get: async (keys) => use().rollups.get(keys),
    commit: async (rows, foldedTo) => use().rollups.commit(rows, foldedTo),
    // Only of a store that is there: what a failed commit left is known once it is open again.
    foldedTo: () => use().rollups.foldedTo(),
    range: (range) => lazily(() => use().rollups.range(range)),
    removeBefore: async (tier, timeMs) => use().rollups.removeBefore(tier, timeMs),
  };
}

function lastKnown(read: () => number, before: number): number {
  try {
    return read();
  } catch {
    return before;
  }
}

export function reopeningSnapshots(use: Use): SnapshotStore {
  return {
    load: async () => use().snapshots.load(),
    save: async (body) => use().snapshots.save(body),
  };
}

function isAway(use: Use): boolean {
  try {
    use();
    return false;
  } catch {
    return true;
  }
}

/** A store that is away makes itself known to who reads, not to who asks for a reader. */
async function* lazily<T>(source: () => AsyncIterable<T>): AsyncIterable<T> {
  yield* source();
}
