import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SystemView } from './views.js';

const WINDOW_MS = 5_000;
const RESOLUTION_MS = 20;
const MS_PER_NS = 1e-6;

export interface EventLoopWatch {
  /** The last whole window; `null` before the first. */
  readonly lastWindow: () => SystemView['eventLoopDelayMs'];
  readonly stop: () => void;
}

/** How late the event loop comes to timers. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let last: SystemView['eventLoopDelayMs'] = null;
  // The histogram counts whole intervals: what is beyond the timer's own is the delay.
  const delay = (ns: number): number => Math.max(0, ns * MS_PER_NS - RESOLUTION_MS);
  const timer = setInterval(() => {
    last = {
      p50: delay(histogram.percentile(50)),
      p99: delay(histogram.percentile(99)),
      max: delay(histogram.max),
    };
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    lastWindow: () => last,
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
