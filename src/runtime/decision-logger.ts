import type { Logger } from 'pino';
import { rngFromSeed } from '../core/random.js';
import { RollupBook, type CountedDecision } from '../core/rollup/rollup-book.js';
import type { LoggedDecision, RollupRow, Store } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { encodeDecision, type TakenDecision } from './decision-codec.js';
import type { Environment } from './environment.js';
import { rowsOf } from './rollups/rows-of.js';

/** Decisions are taken as they come and encoded together, so that Select does not wait for it. */
const ENCODE_AFTER_MS = 50;
/** In one write: each holds up the reports that are synced behind it. */
const WRITTEN_AT_ONCE_MOST = 500;
/** From here on decisions are kept by chance, with one that falls to zero where the queue is full. */
const THINNED_FROM_SHARE = 0.5;

export interface DecisionLogSettings {
  /** Decisions waiting for the disk. From half of it on decisions are dropped by chance, and all of them at the whole. */
  readonly maxQueue: number;
  /** Names of the requests' attributes that are kept. */
  readonly attributes: readonly string[];
}

interface KeptDecision {
  readonly taken: TakenDecision;
  readonly samplingProbability: number;
}

/** Far smaller than the decision, which holds all of its candidates. */
interface EncodedDecision {
  readonly logged: LoggedDecision;
  readonly counted: CountedDecision;
}

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path, one write at a time, and in the same
 * write the rollups that hold them. Reports never need this log.
 *
 * Where the disk is too slow, each decision is kept with a probability of its own, which it carries, so that sums
 * weighted by its inverse stay right (Horvitz & Thompson, 1952); dropping starts before the queue is full, as in
 * random early detection (Floyd & Jacobson, 1993). What is dropped is counted.
 */
export class DecisionLogger {
  private kept: KeptDecision[] = [];
  private encoded: EncodedDecision[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  /** Decisions that wait, and those of the write that is under way. */
  private queued = 0;
  /** Whether the last write failed: it is said once, and not with every write. */
  private isFailing = false;
  private accepted = 0;
  /** Decisions that were written, or could not be. */
  private settled = 0;
  /** Decisions that a full queue had no room for since the start, or that could not be written. */
  dropped = 0;

  constructor(
    private readonly store: Pick<Store, 'decisions' | 'rollups'>,
    private readonly settings: DecisionLogSettings,
    private readonly logger: Logger,
    private readonly environment: Pick<Environment, 'newSeed'>,
  ) {}

  add(taken: TakenDecision): void {
    const samplingProbability = this.samplingProbability();
    if (samplingProbability < 1 && rngFromSeed(this.environment.newSeed())() >= samplingProbability) {
      this.dropped += 1;
      return;
    }
    this.queued += 1;
    this.accepted += 1;
    this.kept.push({ taken, samplingProbability });
    this.timer ??= setTimeout(() => this.encode(), ENCODE_AFTER_MS);
  }

  /** Resolves when what was added before is written, or was refused by the store. */
  async flush(): Promise<void> {
    this.encode();
    const { accepted } = this;
    while (this.settled < accepted) await this.writing;
  }

  /** 1 up to half of the queue, 0 where it is full. */
  private samplingProbability(): number {
    const free = 1 - this.queued / this.settings.maxQueue;
    return Math.max(0, Math.min(1, free / (1 - THINNED_FROM_SHARE)));
  }

  private encode(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { kept } = this;
    this.kept = [];
    const { attributes } = this.settings;
    for (const { taken, samplingProbability } of kept) {
      const { question, decision, issueTimeMs } = taken;
      const { tenant, useCase } = question;
      const { armId } = decision.chain[0]!.arm;
      try {
        this.encoded.push({
          logged: encodeDecision(taken, { attributes, samplingProbability }),
          counted: { tenant, useCase, armId, issueTimeMs, samplingProbability },
        });
      } catch (error) {
        // A fault here loses this one decision of the log, and no Select.
        this.failed(error, 1);
        this.settle(1);
      }
    }
    this.write();
  }

  /** Starts a write unless one is under way, which starts the next when it ends. */
  private write(): void {
    if (this.writing !== undefined || this.encoded.length === 0) return;
    const batch = this.encoded.splice(0, WRITTEN_AT_ONCE_MOST);
    this.writing = this.append(batch)
      .then(
        () => this.succeeded(),
        (error: unknown) => this.failed(error, batch.length),
      )
      .then(() => {
        this.settle(batch.length);
        this.writing = undefined;
        this.write();
      });
  }

  private async append(batch: readonly EncodedDecision[]): Promise<void> {
    const rollups = await this.rollupsOf(batch);
    await this.store.decisions.append(
      batch.map(({ logged }) => logged),
      rollups,
    );
  }

  /** Rows that a decision more is in; none where those that are there are damaged: decisions matter more. */
  private async rollupsOf(batch: readonly EncodedDecision[]): Promise<RollupRow[]> {
    const book = new RollupBook();
    for (const { counted } of batch) book.addDecision(counted);
    try {
      return await rowsOf(book, this.store.rollups);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STORE_CORRUPT') throw error;
      this.logger.error({ err: error, decisions: batch.length }, 'decisions are logged, but not rolled up');
      return [];
    }
  }

  private settle(decisions: number): void {
    this.queued -= decisions;
    this.settled += decisions;
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
