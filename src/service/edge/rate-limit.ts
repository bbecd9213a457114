import { SextantError } from '../../core/errors.js';
import type { Principal } from '../../runtime/principals.js';

const MS_PER_SECOND = 1_000;
/** Buckets that are full again are dropped when there are more than this. */
const BUCKETS_MOST = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * A token bucket per principal: `perSecond` decisions a second, with bursts of as many.
 *
 * Source: RFC 2697, §3, with one bucket.
 */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  /** @param nowMs never goes back. */
  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number,
  ) {}

  /** @throws SextantError RATE_LIMITED with the time until as many are there; nothing is taken then. */
  take({ tenant, name }: Principal, decisions: number): void {
    if (this.perSecond === 0) return;
    const nowMs = this.nowMs();
    const bucket = this.bucketOf(`${tenant}\u0000${name}`, nowMs);
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.tokens = Math.min(this.perSecond, bucket.tokens + (elapsedMs * this.perSecond) / MS_PER_SECOND);
    bucket.atMs = nowMs;
    // A batch of more than a second's worth goes through on a full bucket, and is owed.
    const needed = Math.min(decisions, this.perSecond);
    if (bucket.tokens < needed) {
      const retryAfterMs = Math.ceil(((needed - bucket.tokens) * MS_PER_SECOND) / this.perSecond);
      const message = `${name} takes more than ${this.perSecond} decisions a second`;
      throw new SextantError('RATE_LIMITED', message, { retryAfterMs });
    }
    bucket.tokens -= decisions;
  }

  private bucketOf(key: string, nowMs: number): Bucket {
    const known = this.buckets.get(key);
    if (known !== undefined) return known;
    if (this.buckets.size >= BUCKETS_MOST) this.dropFull(nowMs);
    const bucket = { tokens: this.perSecond, atMs: nowMs };
    this.buckets.set(key, bucket);
    return bucket;
  }

  private dropFull(nowMs: number): void {
    for (const [key, { atMs }] of this.buckets)
      if (nowMs - atMs >= 2 * MS_PER_SECOND) this.buckets.delete(key);
  }
}
