import { decisionKey } from '../keys.js';
import type { DecisionLog, LoggedDecision, SnapshotStore, Store } from '../ports.js';
import { StoreError } from '../store-error.js';
import { MemoryDocumentStore } from './memory-document-store.js';
import { MemoryOutcomeLog } from './memory-outcome-log.js';

/** A store that ends with the process: for tests and dry runs. */
export function openMemoryStore(): Store {
  return {
    outcomes: new MemoryOutcomeLog(),
    documents: new MemoryDocumentStore(),
    decisions: new MemoryDecisionLog(),
    snapshots: new MemorySnapshotStore(),
    copyTo: () =>
      Promise.reject(
        new StoreError('STORE_UNSUPPORTED', 'a store in memory ends with its process: there is no copy'),
      ),
    compact: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

class MemoryDecisionLog implements DecisionLog {
  private readonly byKey = new Map<string, LoggedDecision>();

  async append(decisions: readonly LoggedDecision[]): Promise<void> {
    await Promise.resolve();
    for (const decision of decisions) {
      const key = decisionKey(decision.issueTimeMs, decision.decisionId).toString('hex');
      this.byKey.set(key, { ...decision, body: Uint8Array.from(decision.body) });
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  async *range(fromMs: number, toMs: number): AsyncIterable<LoggedDecision> {
    const found = [...this.byKey]
      .filter(([, decision]) => decision.issueTimeMs >= fromMs && decision.issueTimeMs < toMs)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    for (const [, decision] of found) yield decision;
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
