import type { Logger } from 'pino';

/** An issuer that comes and goes fills no log. */
const WARN_EVERY_MS = 60_000;

/** Whether the issuer's keys could be had when a token was last checked with them, and what the log says of it. */
export class IssuerKeys {
  private missing = false;
  private warnedMs = -Infinity;

  /** @param nowMs milliseconds since 1970. */
  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly nowMs: () => number,
  ) {}

  get areMissing(): boolean {
    return this.missing;
  }

  had(): void {
    this.missing = false;
  }

  failed(error: unknown): void {
    this.missing = true;
    const nowMs = this.nowMs();
    if (Math.abs(nowMs - this.warnedMs) < WARN_EVERY_MS) return;
    this.warnedMs = nowMs;
    this.logger.warn({ err: error }, "the issuer's keys cannot be read: its tokens are refused");
  }
}
