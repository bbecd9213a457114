import { EventLoopDelay } from '../runtime/event-loop-delay.js';
import type { SystemView } from './views.js';

const WINDOW_MS = 5_000;
const RESOLUTION_MS = 20;

export interface EventLoopWatch {
  /** The last whole window; `null` before the first. */
  readonly lastWindow: () => SystemView['eventLoopDelayMs'];
  readonly stop: () => void;
}

/** How late the event loop comes to timers. */
export function watchEventLoop(): EventLoopWatch {
  const delay = new EventLoopDelay(RESOLUTION_MS);
  let last: SystemView['eventLoopDelayMs'] = null;
  const timer = setInterval(() => (last = delay.take()), WINDOW_MS);
  timer.unref();
  return {
    lastWindow: () => last,
    stop: () => {
      clearInterval(timer);
      delay.stop();
    },
  };
}
