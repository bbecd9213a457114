import { decisionKey } from '../keys.js';
import type { DecisionLog, LoggedDecision, ReadOrder, RollupRow, SnapshotStore, Store } from '../ports.js';
import { StoreError } from '../store-error.js';
import { MemoryDocumentStore } from './memory-document-store.js';
import { MemoryOutcomeLog } from './memory-outcome-log.js';
import { MemoryRollupStore } from './memory-rollup-store.js';

/** A store that ends with the process: for tests and dry runs. */
export function openMemoryStore(): Store {
  const outcomes = new MemoryOutcomeLog();
  const rollups = new MemoryRollupStore();
  const decisions = new MemoryDecisionLog(rollups);
  return {
    outcomes,
    documents: new MemoryDocumentStore(),
    decisions,
    // Nothing of it is on a disk: sizes bound nothing.
    retention: {
      replacePrefix: (to, body) => outcomes.replacePrefix(to, body),
      positionWithin: () => Promise.resolve(0),
      dedupeFloorMs: () => outcomes.dedupeFloorMs(),
      raiseDedupeFloor: (toMs) => outcomes.raiseDedupeFloor(toMs),
      removeDecisionsBefore: (timeMs) => decisions.removeBefore(timeMs),
      decisionTimeWithin: () => Promise.resolve(0),
    },
    scrub: () => Promise.resolve(NOTHING_READ),
    snapshots: new MemorySnapshotStore(),
    rollups,
    copyTo: () =>
      Promise.reject(
        new StoreError('STORE_UNSUPPORTED', 'a store in memory ends with its process: there is no copy'),
      ),
    compact: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const NOTHING_READ = { entries: 0, bytes: 0, complete: true, faults: [], faultCount: 0, damagedSnapshots: 0 };

class MemoryDecisionLog implements DecisionLog {
  private readonly byKey = new Map<string, LoggedDecision>();

  constructor(private readonly rollups: MemoryRollupStore) {}

  async append(decisions: readonly LoggedDecision[], rollups: readonly RollupRow[] = []): Promise<void> {
    await Promise.resolve();
    this.rollups.put(rollups);
    for (const decision of decisions) {
      const key = decisionKey(decision.issueTimeMs, decision.decisionId).toString('hex');
      this.byKey.set(key, { ...decision, body: Uint8Array.from(decision.body) });
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  async *range(fromMs: number, toMs: number, order: ReadOrder = 'ascending'): AsyncIterable<LoggedDecision> {
    const found = [...this.byKey]
      .filter(([, decision]) => decision.issueTimeMs >= fromMs && decision.issueTimeMs < toMs)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    if (order === 'descending') found.reverse();
    for (const [, decision] of found) yield decision;
  }

  async removeBefore(timeMs: number): Promise<number> {
    await Promise.resolve();
    const before = this.byKey.size;
    for (const [key, { issueTimeMs }] of this.byKey) if (issueTimeMs < timeMs) this.byKey.delete(key);
    return before - this.byKey.size;
  }
}

class MemorySnapshotStore implements SnapshotStore {
  private body: Uint8Array | undefined;

  async load(): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    return this.body && Uint8Array.from(this.body);
  }

  async save(body: Uint8Array): Promise<void> {
    await Promise.resolve();
    this.body = Uint8Array.from(body);
  }
}
