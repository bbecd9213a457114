import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';
import type { OverloadConfig } from '../../config/config.js';
import {
  NO_SHEDDING,
  nextShedding,
  SHED_ORDER,
  type Shedding,
  type Sheddable,
} from '../../core/overload/shedding.js';
import { EventLoopDelay } from '../../runtime/event-loop-delay.js';

const WINDOW_MS = 1_000;
const RESOLUTION_MS = 10;

/** Looks every second whether the process keeps up, and says what it must not take on. */
export class LoadWatch {
  private readonly delay = new EventLoopDelay(RESOLUTION_MS);
  private readonly timer: NodeJS.Timeout;
  private state: Shedding = NO_SHEDDING;
  private owed = 0;

  constructor(
    private readonly limits: OverloadConfig,
    private readonly logger: Logger,
  ) {
    this.timer = setInterval(() => this.look(), WINDOW_MS);
    this.timer.unref();
  }

  get shedding(): Shedding {
    return this.state;
  }

  /** Whether a call of this class is to be refused now. */
  refuses(kind: Sheddable): boolean {
    const { level, selectShare } = this.state;
    if (level <= SHED_ORDER.indexOf(kind)) return false;
    if (kind !== 'select') return true;
    // Evenly spread, without a die.
    this.owed += selectShare;
    if (this.owed < 1) return false;
    this.owed -= 1;
    return true;
  }

  close(): void {
    clearInterval(this.timer);
    this.delay.stop();
  }

  private look(): void {
    const { eventLoopDelayMs, heapPercent } = this.limits;
    const { p99: delayMs } = this.delay.take();
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    const heap = (100 * used) / limit;
    const isLate = eventLoopDelayMs > 0 && delayMs > eventLoopDelayMs;
    const isFull = heapPercent > 0 && heap > heapPercent;
    const before = this.state;
    this.state = nextShedding(before, isLate || isFull);
    if (this.state.level === before.level) return;
    const load = { eventLoopDelayMs: Math.round(delayMs), heapPercent: Math.round(heap) };
    const refused = SHED_ORDER.slice(0, this.state.level);
    if (this.state.level > before.level)
      this.logger.warn({ ...load, refused }, 'overloaded: calls are refused');
    else this.logger.info({ ...load, refused }, 'less load: fewer calls are refused');
  }
}
