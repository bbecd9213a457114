import { ACTIVITY_SPAN } from './activity.js';
import { CounterRing } from './counter-ring.js';

/** From 10 µs up, each a quarter more than the one before: a quantile is read to within an eighth. */
const BUCKETS = 64;
const LEAST_SECONDS = 1e-5;
const RATIO = 1.25;

const bucketOf = (seconds: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.ceil(Math.log(seconds / LEAST_SECONDS) / Math.log(RATIO))));

/** The middle of a bucket, by ratio. */
const secondsOf = (bucket: number): number => LEAST_SECONDS * RATIO ** (bucket - 0.5);

/** Calls of one method in the last minute. */
export interface MethodTimes {
  readonly method: string;
  readonly calls: number;
  /** By gRPC code, without those that went well. */
  readonly errors: Readonly<Record<string, number>>;
  /** Absent without calls. */
  readonly p50Seconds?: number;
  readonly p95Seconds?: number;
  readonly p99Seconds?: number;
}

const MINUTE_STEPS = 60_000 / ACTIVITY_SPAN.stepMs;
const OK = 'OK';

/** Owns how long unary calls took lately and how they ended, by method and for all tenants together. */
export class CallTimes {
  /** Methods and codes are few, and the contract names them all. */
  private readonly methods = new Map<
    string,
    { readonly times: CounterRing; readonly codes: Map<string, CounterRing> }
  >();

  constructor(private readonly nowMs: () => number) {}

  observe({ method, code, seconds }: { method: string; code: string; seconds: number }): void {
    let known = this.methods.get(method);
    if (known === undefined) {
      known = { times: new CounterRing(ACTIVITY_SPAN, BUCKETS), codes: new Map() };
      this.methods.set(method, known);
    }
    const nowMs = this.nowMs();
    known.times.add(nowMs, bucketOf(seconds), 1);
    if (code === OK) return;
    let ring = known.codes.get(code);
    if (ring === undefined) known.codes.set(code, (ring = new CounterRing(ACTIVITY_SPAN, 1)));
    ring.add(nowMs, 0, 1);
  }

  /** The last minute, by method. */
  lastMinute(): MethodTimes[] {
    return [...this.methods.keys()].sort().map((method) => this.lastMinuteOf(method));
  }

  lastMinuteOf(method: string): MethodTimes {
    const known = this.methods.get(method);
    if (known === undefined) return { method, calls: 0, errors: {} };
    const nowMs = this.nowMs();
    const counts = known.times.totals(nowMs, MINUTE_STEPS);
    const calls = counts.reduce((sum, count) => sum + count, 0);
    const errors = [...known.codes].flatMap(([code, ring]): [string, number][] => {
      const count = ring.totals(nowMs, MINUTE_STEPS)[0]!;
      return count === 0 ? [] : [[code, count]];
    });
    if (calls === 0) return { method, calls, errors: {} };
    return {
      method,
      calls,
      errors: Object.fromEntries(errors),
      p50Seconds: quantile(counts, calls * 0.5),
      p95Seconds: quantile(counts, calls * 0.95),
      p99Seconds: quantile(counts, calls * 0.99),
    };
  }
}

function quantile(counts: Float64Array, rank: number): number {
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i]!;
    if (seen >= rank) return secondsOf(i);
  }
  return secondsOf(counts.length - 1);
}
