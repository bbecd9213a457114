import { monitorEventLoopDelay } from 'node:perf_hooks';

const MS_PER_NS = 1e-6;

/** How late the event loop came to timers, in milliseconds. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures how late the event loop comes to a timer that is due every `resolutionMs`. */
export class EventLoopDelay {
  private readonly histogram;

  constructor(private readonly resolutionMs: number) {
    this.histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.histogram.enable();
  }

  /** The delays since the last call. */
  take(): Delays {
    const { histogram, resolutionMs } = this;
    // The histogram counts whole intervals: what is beyond the timer's own is the delay.
    const delay = (ns: number): number => Math.max(0, ns * MS_PER_NS - resolutionMs);
    const delays = {
      p50: delay(histogram.percentile(50)),
      p99: delay(histogram.percentile(99)),
      max: delay(histogram.max),
    };
    histogram.reset();
    return delays;
  }

  stop(): void {
    this.histogram.disable();
  }
}
