import { setTimeout as sleep } from 'node:timers/promises';
import type { LevelStore } from '../level/open-level-store.js';
import type {
  DecisionLog,
  DocumentStore,
  OutcomeLog,
  RollupStore,
  ScrubOptions,
  ScrubReport,
  SnapshotStore,
  Store,
  StoreCopy,
  StoreObserver,
  StoreRetention,
} from '../ports.js';
import { StoreError } from '../store-error.js';
import { backoffMs, type BackoffLimits } from './backoff.js';
import { undoCommit, type DoubtfulCommit } from './doubtful-commit.js';
import { assertHolds, type LastOutcome } from './last-outcome.js';
import {
  reopeningDecisions,
  reopeningDocuments,
  reopeningOutcomes,
  reopeningRetention,
  reopeningRollups,
  reopeningSnapshots,
} from './reopening-ports.js';

export interface ReopeningStoreParts {
  /** Opens the store, and verifies it. */
  readonly open: (onFailure: (error: StoreError) => void) => Promise<LevelStore>;
  readonly backoff: BackoffLimits;
  /** In [0, 1). */
  readonly random: () => number;
  readonly nowMs: () => number;
}

/**
 * A store that opens itself again after a write failed.
 *
 * Between the failure and the end of `reconcile` every call is refused with `STORE_IO`. What the failed write left is
 * settled first: outcomes that are there are folded, documents are put back to what they were.
 */
export class ReopeningStore implements Store {
  readonly outcomes: OutcomeLog;
  readonly documents: DocumentStore;
  readonly decisions: DecisionLog;
  readonly snapshots: SnapshotStore;
  readonly rollups: RollupStore;
  readonly retention: StoreRetention;
  private inner: LevelStore | undefined;
  private state: 'open' | 'failed' = 'open';
  private last: LastOutcome | undefined;
  private doubtful: DoubtfulCommit | undefined;
  private observer: StoreObserver | undefined;
  private recovering: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  private constructor(private readonly parts: ReopeningStoreParts) {
    const use = (): LevelStore => this.usable();
    this.outcomes = reopeningOutcomes(use, (last) => (this.last = last));
    this.documents = reopeningDocuments(use, (doubtful) => (this.doubtful = doubtful));
    this.decisions = reopeningDecisions(use);
    this.snapshots = reopeningSnapshots(use);
    this.rollups = reopeningRollups(use);
    this.retention = reopeningRetention(use);
  }

  /** @throws StoreError where the first opening fails: a start is not retried. */
  static async open(parts: ReopeningStoreParts): Promise<ReopeningStore> {
    const store = new ReopeningStore(parts);
    store.inner = await parts.open((error) => store.fail(error));
    store.outcomes.head();
    store.outcomes.base();
    store.retention.dedupeFloorMs();
    return store;
  }

  observe(observer: StoreObserver): void {
    this.observer = observer;
  }

  async copyTo(folder: string): Promise<StoreCopy> {
    return this.usable().copyTo(folder);
  }

  async scrub(options?: ScrubOptions): Promise<ScrubReport> {
    return this.usable().scrub(options);
  }

  async compact(): Promise<void> {
    return this.usable().compact();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.recovering;
    await this.inner?.close();
  }

  private usable(): LevelStore {
    if (this.inner === undefined || this.state === 'failed') {
      throw new StoreError('STORE_IO', 'the store failed and is being opened again');
    }
    return this.inner;
  }

  private fail(error: StoreError): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.recovering = this.recover(error);
  }

  private async recover(error: StoreError): Promise<void> {
    const { backoff, random, nowMs } = this.parts;
    const sinceMs = nowMs();
    this.observer?.failed(error);
    await this.letGo();
    let waitMs = backoffMs(0, backoff, random());
    for (let attempts = 1; await this.waited(waitMs); attempts++) {
      try {
        const undid = await this.reopen();
        this.observer?.reopened({ attempts, downMs: nowMs() - sinceMs, undid });
        return;
      } catch (failure) {
        await this.letGo();
        waitMs = backoffMs(attempts, backoff, random());
        this.observer?.stillFailed(failure, waitMs);
      }
    }
  }

  /** @returns whether the wait came to its end, and the store is not being closed. */
  private async waited(ms: number): Promise<boolean> {
    const { signal } = this.closing;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }

  /** @returns whether a doubtful commit was undone. */
  private async reopen(): Promise<boolean> {
    let failedAgain: StoreError | undefined;
    const store = await this.parts.open((error) => {
      failedAgain ??= error;
      this.fail(error);
    });
    this.inner = store;
    if (this.last !== undefined) await assertHolds(store.outcomes, this.last);
    const undid = this.doubtful !== undefined && (await undoCommit(store, this.doubtful));
    this.doubtful = undefined;
    await this.observer?.reconcile(store.outcomes);
    // In one turn with the last look: a failure that comes later is a new one.
    if (failedAgain !== undefined) throw failedAgain;
    this.state = 'open';
    return undid;
  }

  private async letGo(): Promise<void> {
    const store = this.inner;
    this.inner = undefined;
    // It failed: that closing fails, too, says nothing new.
    await store?.close().catch(() => undefined);
  }
}
