import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ScrubReport, Store } from '../store/ports.js';

export interface ScrubberParts {
  readonly store: Pick<Store, 'scrub'>;
  /** 0 for never. */
  readonly bytesPerSecond: number;
  readonly logger: Logger;
}

/** A start is over by then, and the first requests are answered. */
const DELAY_MS = 2_000;
/** After a reading that failed, and between two readings. */
const RETRY_MS = 60_000;
const REST_MS = 86_400_000;

/** Reads the store through in the background, after the start and once a day, and makes damage known. */
export class Scrubber {
  /** Faults of the last reading that came to its end, or found any. */
  faultCount = 0;
  /** Bytes of the last reading that came to its end. */
  bytesRead = 0;
  private running: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(private readonly parts: ScrubberParts) {}

  start(delayMs = DELAY_MS): void {
    if (this.parts.bytesPerSecond > 0) this.running = this.run(delayMs);
  }

  /** What is amiss; `undefined` for nothing. */
  get warning(): string | undefined {
    if (this.faultCount === 0) return undefined;
    return `the store is damaged in ${this.faultCount} place${this.faultCount === 1 ? '' : 's'}: see the log, restore a backup`;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(delayMs: number): Promise<void> {
    for (let waitMs = delayMs; await this.waited(waitMs);) {
      waitMs = (await this.read()) ? REST_MS : RETRY_MS;
    }
  }

  /** @returns whether it came to its end. */
  private async read(): Promise<boolean> {
    const { store, bytesPerSecond, logger } = this.parts;
    try {
      const report = await store.scrub({ bytesPerSecond, signal: this.closing.signal });
      this.tell(report);
      return report.complete;
    } catch (error) {
      logger.warn({ err: error }, 'the store could not be read through');
      return false;
    }
  }

  private tell({ faults, faultCount, damagedSnapshots, complete, entries, bytes }: ScrubReport): void {
    const { logger } = this.parts;
    for (const fault of faults) logger.error({ fault }, 'the store is damaged');
    if (damagedSnapshots > 0)
      logger.warn({ damagedSnapshots }, 'a snapshot is damaged: the next start folds more of the log');
    if (complete || faultCount > 0) this.faultCount = faultCount;
    if (!complete) return;
    this.bytesRead = bytes;
    logger.info({ entries, bytes, faultCount }, 'store read through');
  }

  private async waited(ms: number): Promise<boolean> {
    const { signal } = this.closing;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}
