import type { Logger } from 'pino';
import type { DecisionLog } from '../store/ports.js';
import { encodeDecision, type TakenDecision } from './decision-codec.js';

const FLUSH_MS = 50;

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path. What does not fit is
 * dropped and counted; reports never need this log.
 */
export class DecisionLogger {
  private queue: TakenDecision[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private seen = 0;
  private kept = 0;
  /** Decisions that found the queue full since the start. */
  dropped = 0;

  constructor(
    private readonly log: DecisionLog,
    private readonly maxQueue: number,
    private readonly logger: Logger,
  ) {}

  add(taken: TakenDecision): void {
    this.seen += 1;
    if (this.queue.length >= this.maxQueue) {
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
    const samplingProbability = this.kept / this.seen;
    this.seen = this.kept = 0;
    this.writing = this.writing
      .then(() => this.log.append(batch.map((taken) => encodeDecision(taken, samplingProbability))))
      .catch((error: unknown) => {
        this.dropped += batch.length;
        this.logger.warn({ err: error, decisions: batch.length }, 'decisions were not logged');
      });
  }
}
