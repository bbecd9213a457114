import { SextantError } from '../../core/errors.js';
import type { Principal } from '../../runtime/principals.js';
import { TokenBuckets } from './token-buckets.js';

/** `perSecond` decisions a second for each principal, with bursts of as many. */
export class RateLimit {
  private readonly buckets: TokenBuckets;

  /** @param nowMs never goes back. */
  constructor(
    private readonly perSecond: number,
    nowMs: () => number,
  ) {
    this.buckets = new TokenBuckets({ perSecond, burst: perSecond }, nowMs);
  }

  /** @throws SextantError RATE_LIMITED with the time until as many are there; nothing is taken then. */
  take({ tenant, name }: Principal, decisions: number): void {
    // A batch of more than a second's worth goes through on a full bucket, and is owed.
    const needed = Math.min(decisions, this.perSecond);
    const retryAfterMs = this.buckets.take(`${tenant}\u0000${name}`, decisions, needed);
    if (retryAfterMs === 0) return;
    const message = `${name} takes more than ${this.perSecond} decisions a second`;
    throw new SextantError('RATE_LIMITED', message, { retryAfterMs });
  }
}
