import { credibleInterval } from '../../core/bandit/credible-interval.js';
import { NANO_USD_PER_USD } from '../../core/money.js';
import type { Estimate } from '../../core/reporting/always-model.js';
import { halfWidth, meanOf, meanOfShares, type Mean } from '../../core/reporting/mean.js';
import type { Moments } from '../../core/rollup/rollup.js';
import type { Moments as WireMoments, TimeSeriesPoint } from '../../gen/sextant/v1/insight.js';

/** How something did in a span of time. Intervals are of 95 %. */
export interface Performance {
  readonly decisions: number;
  readonly calls: number;
  readonly requests: number;
  /** Share of calls that succeeded; absent without calls. */
  readonly success?: Estimate;
  /** Calls that were judged. */
  readonly judged: number;
  /** Mean of judged calls; absent without any. */
  readonly quality?: Mean;
  readonly costUsd: number;
  /** Mean of calls whose cost is known; absent without any. */
  readonly costUsdPerCall?: Mean;
  /** 50 %, 95 % and 99 % points, to within 2 %; absent without latencies. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export function performanceOf(point: TimeSeriesPoint): Performance {
  const calls = Number(point.calls);
  const successes = Number(point.successes);
  const quality = point.quality && meanOfShares(momentsIn(point.quality));
  const cost = point.costNanoUsd && meanOf(momentsIn(point.costNanoUsd, 1 / NANO_USD_PER_USD));
  const [p50, p95, p99] = point.latencyQuantilesMs;
  return {
    decisions: Number(point.decisions),
    calls,
    requests: Number(point.requests),
    // Of a Beta with Jeffreys' prior: it stays in [0, 1] and is sound without failures.
    ...(calls > 0 && { success: shareOf(successes, calls) }),
    judged: Number(point.quality?.count ?? 0n),
    ...(quality && { quality }),
    costUsd: (point.costNanoUsd?.sum ?? 0) / NANO_USD_PER_USD,
    ...(cost && { costUsdPerCall: cost }),
    ...(p50 !== undefined && p95 !== undefined && p99 !== undefined && { latencyMs: { p50, p95, p99 } }),
  };
}

function shareOf(successes: number, calls: number): Estimate {
  const { low, high } = credibleInterval({ alpha: successes + 0.5, beta: calls - successes + 0.5 });
  return { value: successes / calls, low, high };
}

/** @param scale what one unit of the moments is. */
const momentsIn = ({ count, sum, squares }: WireMoments, scale = 1): Moments => ({
  count: Number(count),
  sum: sum * scale,
  squares: squares * scale ** 2,
});

/** How many standard errors lie between two means; 0 where one has no interval. */
export function distance(one: Mean, other: Mean): number {
  const [a, b] = [one, other].map((mean) => halfWidth(mean) / 1.96) as [number, number];
  const error = Math.hypot(a, b);
  return error > 0 ? (one.value - other.value) / error : 0;
}
