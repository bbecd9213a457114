const MS_PER_SECOND = 1_000;
/** With more keys than this the one that came first starts anew, with a full bucket. */
const BUCKETS_MOST = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export interface TokenRate {
  /** Tokens that a bucket gains; 0 for no limit at all. */
  readonly perSecond: number;
  /** What a full bucket holds. */
  readonly burst: number;
  /** How far below zero `charge` may bring one. */
  readonly debtMost?: number;
}

/**
 * A token bucket for each key.
 *
 * Source: RFC 2697, §3, with one bucket.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  /** @param nowMs never goes back. */
  constructor(
    private readonly rate: TokenRate,
    private readonly nowMs: () => number,
  ) {}

  /**
   * Takes tokens where as many as needed are there; more may be taken than are needed, and are owed.
   * @returns 0, or the milliseconds until they are there; nothing is taken then.
   */
  take(key: string, count: number, needed = count): number {
    const { perSecond } = this.rate;
    if (perSecond === 0) return 0;
    const bucket = this.filled(key);
    if (bucket.tokens < needed) return Math.ceil(((needed - bucket.tokens) * MS_PER_SECOND) / perSecond);
    bucket.tokens -= count;
    return 0;
  }

  /** Takes tokens whether they are there or not. @returns whether that many were. */
  charge(key: string, count: number): boolean {
    const { perSecond, debtMost = 0 } = this.rate;
    if (perSecond === 0) return true;
    const bucket = this.filled(key);
    const wereThere = bucket.tokens >= count;
    bucket.tokens = Math.max(-debtMost, bucket.tokens - count);
    return wereThere;
  }

  private filled(key: string): Bucket {
    const { perSecond, burst } = this.rate;
    const nowMs = this.nowMs();
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return this.add(key, { tokens: burst, atMs: nowMs });
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / MS_PER_SECOND);
    bucket.atMs = nowMs;
    return bucket;
  }

  private add(key: string, bucket: Bucket): Bucket {
    if (this.buckets.size >= BUCKETS_MOST) {
      const [first] = this.buckets.keys();
      this.buckets.delete(first!);
    }
    this.buckets.set(key, bucket);
    return bucket;
  }
}
