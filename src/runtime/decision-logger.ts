import type { Logger } from 'pino';
import { RollupBook } from '../core/rollup/rollup-book.js';
import type { RollupRow, Store } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { encodeDecision, type KeptOfDecision, type TakenDecision } from './decision-codec.js';
import { rowsOf } from './rollups/rows-of.js';

const FLUSH_MS = 50;

export interface DecisionLogSettings {
  /** Decisions waiting for the disk; more are dropped. */
  readonly maxQueue: number;
  /** Names of the requests' attributes that are kept. */
  readonly attributes: readonly string[];
}

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path, and in the same write the rollups that
 * hold them. What does not fit is dropped and counted; reports never need this log.
 */
export class DecisionLogger {
  private queue: TakenDecision[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** Whether the last write failed: it is said once, and not every 50 ms. */
  private isFailing = false;
  private seen = 0;
  private kept = 0;
  /** Decisions that found the queue full since the start. */
  dropped = 0;

  constructor(
    private readonly store: Pick<Store, 'decisions' | 'rollups'>,
    private readonly settings: DecisionLogSettings,
    private readonly logger: Logger,
  ) {}

  add(taken: TakenDecision): void {
    this.seen += 1;
    if (this.queue.length >= this.settings.maxQueue) {
      this.dropped += 1;
      return;
    }
    this.kept += 1;
    this.queue.push(taken);
    this.timer ??= setTimeout(() => this.write(), FLUSH_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.write();
    await this.writing;
  }

  private write(): void {
    this.timer = undefined;
    const batch = this.queue;
    this.queue = [];
    if (batch.length === 0) return;
    const { attributes } = this.settings;
    const kept = { attributes, samplingProbability: this.kept / this.seen };
    this.seen = this.kept = 0;
    this.writing = this.writing
      .then(() => this.append(batch, kept))
      .then(
        () => this.succeeded(),
        (error: unknown) => this.failed(error, batch.length),
      );
  }

  private async append(batch: readonly TakenDecision[], kept: KeptOfDecision): Promise<void> {
    const rollups = await this.rollupsOf(batch, kept.samplingProbability);
    await this.store.decisions.append(
      batch.map((taken) => encodeDecision(taken, kept)),
      rollups,
    );
  }

  /** Rows that a decision more is in; none where those that are there are damaged: decisions matter more. */
  private async rollupsOf(
    batch: readonly TakenDecision[],
    samplingProbability: number,
  ): Promise<RollupRow[]> {
    const book = new RollupBook();
    for (const { question, decision, issueTimeMs } of batch) {
      const { tenant, useCase } = question;
      const { armId } = decision.chain[0]!.arm;
      book.addDecision({ tenant, useCase, armId, issueTimeMs, samplingProbability });
    }
    try {
      return await rowsOf(book, this.store.rollups);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_CORRUPT') throw error;
      this.logger.error({ err: error, decisions: batch.length }, 'decisions are logged, but not rolled up');
      return [];
    }
  }

  private succeeded(): void {
    if (this.isFailing) this.logger.info({ dropped: this.dropped }, 'decisions are logged again');
    this.isFailing = false;
  }

  private failed(error: unknown, decisions: number): void {
    this.dropped += decisions;
    if (!this.isFailing) this.logger.warn({ err: error, decisions }, 'decisions were not logged');
    this.isFailing = true;
  }
}
