import type { Logger } from 'pino';
import type { DecisionLog } from '../store/ports.js';
import { encodeDecision, type TakenDecision } from './decision-codec.js';

const FLUSH_MS = 50;

export interface DecisionLogSettings {
  /** Decisions waiting for the disk; more are dropped. */
  readonly maxQueue: number;
  /** Names of the requests' attributes that are kept. */
  readonly attributes: readonly string[];
}

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path. What does not fit is
 * dropped and counted; reports never need this log.
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
    private readonly log: DecisionLog,
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
      .then(() => this.log.append(batch.map((taken) => encodeDecision(taken, kept))))
      .then(
        () => this.succeeded(),
        (error: unknown) => this.failed(error, batch.length),
      );
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
