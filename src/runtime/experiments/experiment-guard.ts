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
    this.timer = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      this.experiments
        .guard()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'guardrails were not looked at'))
        .finally(() => (isLooking = false));
    }, GUARD_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }
}
