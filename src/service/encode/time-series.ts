import { TIER_MS } from '../../core/rollup/tier.js';
import type { Moments as CoreMoments, RoutedMoments as CoreRouted } from '../../core/rollup/rollup.js';
import type {
  ListTimeSeriesResponse,
  Moments,
  RoutedMoments,
  TimeSeries,
  TimeSeriesPoint,
} from '../../gen/sextant/v1/insight.js';
import type { Series, SeriesPoint, TimeSeriesQuery } from '../../runtime/rollups/time-series.js';
import { durationFromMs, timestampFromMs } from './time.js';

export function encodeTimeSeries(
  series: readonly Series[],
  { tier, fromMs, toMs }: Pick<TimeSeriesQuery, 'tier' | 'fromMs' | 'toMs'>,
  { quantiles, keptSinceMs }: { readonly quantiles: readonly number[]; readonly keptSinceMs: number },
): ListTimeSeriesResponse {
  return {
    series: series.map((one) => encodeSeries(one, quantiles)),
    startTime: timestampFromMs(fromMs),
    endTime: timestampFromMs(toMs),
    resolution: durationFromMs(TIER_MS[tier]),
    keptSinceTime: timestampFromMs(keptSinceMs),
  };
}

const encodeSeries = (
  { useCase = '', model = '', variant, points }: Series,
  quantiles: readonly number[],
): TimeSeries => ({
  useCase,
  model,
  ...(variant && { variant: variant.id, variantVersion: variant.version }),
  points: points.map((point) => encodePoint(point, quantiles)),
});

function encodePoint({ startMs, rollup }: SeriesPoint, quantiles: readonly number[]): TimeSeriesPoint {
  const whole = (column: 'decisions' | 'calls' | 'requests' | 'successes'): bigint =>
    BigInt(rollup.get(column));
  return {
    startTime: timestampFromMs(startMs),
    decisions: whole('decisions'),
    estimatedDecisions: rollup.get('estimatedDecisions'),
    calls: whole('calls'),
    requests: whole('requests'),
    successes: whole('successes'),
    inputTokens: rollup.get('inputTokens'),
    outputTokens: rollup.get('outputTokens'),
    quality: encodeMoments(rollup.moments('quality')),
    costNanoUsd: encodeMoments(rollup.moments('cost')),
    latencyMs: encodeMoments(rollup.moments('latency')),
    latencyQuantilesMs: quantiles.flatMap((q) => rollup.latency.quantile(q) ?? []),
    routedQuality: encodeRouted(rollup.routed('quality')),
    routedCostNanoUsd: encodeRouted(rollup.routed('cost')),
  };
}

const encodeMoments = (moments: CoreMoments): Moments => ({ ...moments, count: BigInt(moments.count) });
const encodeRouted = (moments: CoreRouted): RoutedMoments => ({ ...moments, count: BigInt(moments.count) });
