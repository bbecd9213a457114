import { SextantError } from '../core/errors.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { AppendVerdict, OutcomeLog } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';

export interface JournalLimits {
  /** Reports that may wait; further ones are refused at once. */
  readonly maxQueue: number;
  /** Reports in one group commit. */
  readonly maxBatch: number;
}

interface Waiting {
  readonly outcomes: readonly Outcome[];
  readonly resolve: (verdicts: readonly AppendVerdict[]) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a caller should wait before it tries a refused report again. */
const RETRY_AFTER_MS = 1_000;

/**
 * Group commit: one synced batch in flight, the reports of the meantime in the next one. Each report
 * is folded after it is durable and before it is acknowledged, so that its caller's next Select sees it.
 *
 * Invariant: while it is suspended nothing is acknowledged.
 */
export class ReportJournal {
  private queue: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private failure: SextantError | undefined;

  constructor(
    private readonly log: Pick<OutcomeLog, 'append'>,
    private readonly limits: JournalLimits,
    private readonly fold: (outcome: Outcome, sequence: number) => void,
  ) {}

  /** Reports waiting or being written. */
  get depth(): number {
    return this.queue.length;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  /** Why reports are refused; `undefined` while they are taken. */
  get refusal(): string | undefined {
    const cause = this.failure?.details.cause;
    return cause instanceof Error ? cause.message : this.failure?.message;
  }

  /** @throws SextantError STORE_UNAVAILABLE while reports are refused. */
  assertOpen(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /**
   * Resolves when all outcomes of the report are durable and folded.
   * @throws SextantError QUEUE_FULL, or STORE_UNAVAILABLE after a write failed.
   */
  append(outcomes: readonly Outcome[]): Promise<readonly AppendVerdict[]> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.queue.length >= this.limits.maxQueue) {
      const message = `${this.queue.length} reports are waiting for the disk`;
      return Promise.reject(new SextantError('QUEUE_FULL', message, { retryAfterMs: RETRY_AFTER_MS }));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ outcomes, resolve, reject });
      this.writing ??= this.drain();
    });
  }

  /** The store failed: whatever waits is refused, and what comes, until `resume`. */
  suspend(cause: unknown): void {
    const message = 'the store failed; the report may be sent again when it is back';
    this.failure ??= new SextantError('STORE_UNAVAILABLE', message, { cause, retryAfterMs: RETRY_AFTER_MS });
    for (const { reject } of this.queue) reject(this.failure);
    this.queue = [];
  }

  /** The store is open again, and what it holds is folded. */
  resume(): void {
    this.failure = undefined;
  }

  /** Resolves when nothing is waiting any more. */
  async flush(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
  }

  private async drain(): Promise<void> {
    try {
      while (this.queue.length > 0) {
        // One turn of the loop lets reports that arrived together share a commit.
        await new Promise((resolve) => setImmediate(resolve));
        const batch = this.queue.splice(0, this.limits.maxBatch);
        if (batch.length > 0) await this.commit(batch);
      }
    } finally {
      // In the same turn as the last look at the queue: a report that comes later starts anew.
      this.writing = undefined;
    }
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    let verdicts: readonly (readonly AppendVerdict[])[];
    try {
      verdicts = await this.log.append(batch.map(({ outcomes }) => outcomes));
    } catch (error) {
      // Whether the batch is on disk is unknown: nothing is acknowledged until the store was opened again.
      if (error instanceof StoreError && error.code === 'STORE_IO') this.suspend(error);
      for (const { reject } of batch) reject(this.failure ?? error);
      return;
    }
    batch.forEach(({ outcomes, resolve }, i) => {
      this.foldRecorded(outcomes, verdicts[i]!);
      resolve(verdicts[i]!);
    });
  }

  private foldRecorded(outcomes: readonly Outcome[], verdicts: readonly AppendVerdict[]): void {
    verdicts.forEach((verdict, i) => {
      if (verdict.kind === 'recorded') this.fold(outcomes[i]!, verdict.sequence);
    });
  }
}
