import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Outcome } from '../../core/outcome/outcome.js';
import { RollupBook } from '../../core/rollup/rollup-book.js';
import type { Store } from '../../store/ports.js';
import { SerialQueue } from '../../store/serial-queue.js';
import { rowsOf } from './rows-of.js';

const FLUSH_MS = 5_000;
/** Outcomes that are gathered before they are written. */
const FLUSH_OUTCOMES = 10_000;

export interface RollupKeeperParts {
  readonly store: Pick<Store, 'outcomes' | 'rollups'>;
  readonly logger: Logger;
}

/**
 * Owns the rollups of outcomes: gathers what is durable, and writes the sums together with the position up to which
 * they hold the log.
 *
 * Invariant: an outcome is added where its position is the next one, and only there. Whatever is killed or fails, what
 * is stored stands for the log up to the stored position, and the rest is read from the log again.
 */
export class RollupKeeper {
  private pending = new RollupBook();
  /** Position that is gathered next. */
  private next = 0;
  /** Position up to which it is on disk. */
  private committed = 0;
  private gathered = 0;
  /** A write failed: what is on disk has to be looked at before anything is added to it. */
  private isDoubtful = true;
  private isClosed = false;
  private readonly writes = new SerialQueue();
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RollupKeeperParts) {}

  /** Follows the log from where the last process left it, in the background. */
  start(): void {
    this.timer = setInterval(() => this.flushLater(), FLUSH_MS);
    this.timer.unref();
    this.flushLater();
  }

  /** Told of every durable outcome, in order; while earlier ones are still read from the log, it is read there, too. */
  recorded(outcome: Outcome, sequence: number): void {
    if (this.isDoubtful || sequence !== this.next) return;
    this.gather(outcome);
    if (this.gathered === FLUSH_OUTCOMES) this.flushLater();
  }

  /** Brings what is stored up to the end of the log. @throws StoreError. */
  async flush(): Promise<void> {
    await this.catchUp();
    await this.writes.run(() => this.write());
  }

  /** Makes durable what stands for outcomes that are about to leave the log. @throws StoreError. */
  async keepUpTo(sequence: number): Promise<void> {
    if (this.isDoubtful || this.committed < sequence) await this.flush();
    if (this.committed < sequence) throw new Error(`rollups hold the log only up to ${this.committed}`);
  }

  /** Writes what was gathered; the rest is read from the log the next time. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.isClosed = true;
    await this.reading?.catch(() => undefined);
    await this.writes
      .run(() => this.write())
      .catch((error: unknown) => this.parts.logger.warn({ err: error }, 'rollups were not written'));
  }

  private flushLater(): void {
    this.flush().catch((error: unknown) =>
      this.parts.logger.warn({ err: error }, 'rollups were not written'),
    );
  }

  /** One reading for all who wait for it. */
  private catchUp(): Promise<void> {
    this.reading ??= this.readLog().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readLog(): Promise<void> {
    const { outcomes: log } = this.parts.store;
    if (this.isDoubtful) await this.writes.run(() => this.resume());
    while (this.next < log.head() && !this.isClosed) {
      // Of what was removed before there were rollups, nothing is known.
      if (this.next < log.base()) this.next = log.base();
      for await (const { firstSequence, outcomes } of log.read(this.next)) {
        // A failed write, or its end, set the position elsewhere.
        if (this.isDoubtful || this.isClosed || firstSequence > this.next) break;
        outcomes.forEach((outcome, i) => firstSequence + i === this.next && this.gather(outcome));
        if (this.gathered >= FLUSH_OUTCOMES) await this.writes.run(() => this.write());
        await nextTurn();
      }
      if (this.isDoubtful) return;
    }
  }

  /** Begins anew from what the store holds. @throws StoreError where it is away. */
  private resume(): Promise<void> {
    this.next = this.committed = this.parts.store.rollups.foldedTo();
    this.pending = new RollupBook();
    this.gathered = 0;
    this.isDoubtful = false;
    return Promise.resolve();
  }

  private gather(outcome: Outcome): void {
    this.pending.addOutcome(outcome);
    this.next += 1;
    this.gathered += 1;
  }

  private async write(): Promise<void> {
    if (this.isDoubtful || this.next === this.committed) return;
    const { pending: book, next: foldedTo } = this;
    this.pending = new RollupBook();
    this.gathered = 0;
    try {
      const { rollups } = this.parts.store;
      await rollups.commit(await rowsOf(book, rollups), foldedTo);
      this.committed = foldedTo;
    } catch (error) {
      this.isDoubtful = true;
      throw error;
    }
  }
}
