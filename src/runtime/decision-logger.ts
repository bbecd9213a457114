import type { Logger } from 'pino';
import { RollupBook, type CountedDecision } from '../core/rollup/rollup-book.js';
import type { LoggedDecision, RollupRow, Store } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { encodeDecision, type TakenDecision } from './decision-codec.js';
import { rowsOf } from './rollups/rows-of.js';

/** Decisions are taken as they come and encoded together, so that Select does not wait for it. */
const ENCODE_AFTER_MS = 50;
/** In one write: each holds up the reports that are synced behind it. */
const WRITTEN_AT_ONCE_MOST = 500;

export interface DecisionLogSettings {
  /** Decisions waiting for the disk; more are dropped. */
  readonly maxQueue: number;
  /** Names of the requests' attributes that are kept. */
  readonly attributes: readonly string[];
}

/** Far smaller than the decision, which holds all of its candidates. */
interface EncodedDecision {
  readonly logged: LoggedDecision;
  readonly counted: CountedDecision;
}

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path, one write at a time, and in the same
 * write the rollups that hold them. What does not fit is dropped and counted; reports never need this log.
 */
export class DecisionLogger {
  private taken: TakenDecision[] = [];
  private encoded: EncodedDecision[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  /** Decisions that wait, and those of the write that is under way. */
  private queued = 0;
  /** Whether the last write failed: it is said once, and not with every write. */
  private isFailing = false;
  private seenSinceEncoded = 0;
  private accepted = 0;
  /** Decisions that were written, or that the store would not take. */
  private settled = 0;
  /** Decisions that found the queue full since the start, or that the store would not take. */
  dropped = 0;

  constructor(
    private readonly store: Pick<Store, 'decisions' | 'rollups'>,
    private readonly settings: DecisionLogSettings,
    private readonly logger: Logger,
  ) {}

  add(taken: TakenDecision): void {
    this.seenSinceEncoded += 1;
    if (this.queued >= this.settings.maxQueue) {
      this.dropped += 1;
      return;
    }
    this.queued += 1;
    this.accepted += 1;
    this.taken.push(taken);
    this.timer ??= setTimeout(() => this.encode(), ENCODE_AFTER_MS);
  }

  /** Resolves when what was added before is written, or was refused by the store. */
  async flush(): Promise<void> {
    this.encode();
    const { accepted } = this;
    while (this.settled < accepted) await this.writing;
  }

  private encode(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { taken } = this;
    if (taken.length === 0) return;
    const { attributes } = this.settings;
    const samplingProbability = taken.length / this.seenSinceEncoded;
    for (const each of taken) {
      const { question, decision, issueTimeMs } = each;
      const { tenant, useCase } = question;
      const { armId } = decision.chain[0]!.arm;
      this.encoded.push({
        logged: encodeDecision(each, { attributes, samplingProbability }),
        counted: { tenant, useCase, armId, issueTimeMs, samplingProbability },
      });
    }
    this.taken = [];
    this.seenSinceEncoded = 0;
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
        this.queued -= batch.length;
        this.settled += batch.length;
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
