import type { Logger } from 'pino';
import type { ExperimentKeeper } from './experiment-keeper.js';

/** Always-valid bounds may be looked at as often as one likes; a second late is early enough. */
const GUARD_EVERY_MS = 1_000;

/** Looks at guardrails now and then. */
export class ExperimentGuard {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly experiments: ExperimentKeeper,
    private readonly logger: Logger,
  ) {}

  start(): void {
    let isLooking = false;
    let hasFailed = false;
    this.timer = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      this.experiments
        .guard()
        .then(() => (hasFailed = false))
        .catch((error: unknown) => {
          // A store that is down is down for a while: once is enough.
          if (!hasFailed) this.logger.warn({ err: error }, 'guardrails were not looked at');
          hasFailed = true;
        })
        .finally(() => (isLooking = false));
    }, GUARD_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }
}
