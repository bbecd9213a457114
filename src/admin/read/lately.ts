import type { ModelId } from '../../core/registry/model.js';
import type { Rollup } from '../../core/rollup/rollup.js';
import { TIER_MS, type RollupTier } from '../../core/rollup/tier.js';
import { nameOfArm } from '../../core/selection/arm.js';
import { ACTIVITY_SPAN, COUNTER, COUNTERS } from '../../runtime/activity.js';
import { stepStartsMs } from '../../runtime/counter-ring.js';
import { alignedTo, type SeriesLabel } from '../../runtime/rollups/time-series.js';
import type { SpanName } from '../views.js';
import { armName, type Sources } from './sources.js';

interface StoredSpan {
  readonly widthMs: number;
  /** Its spans are the steps: few enough for a line, and for a page that is read again and again. */
  readonly tier: RollupTier;
}

/** The quarter of an hour is counted in memory. */
const STORED: Readonly<Record<Exclude<SpanName, '15m'>, StoredSpan>> = {
  '1h': { widthMs: TIER_MS.hour, tier: 'minute' },
  '24h': { widthMs: TIER_MS.day, tier: 'hour' },
  '7d': { widthMs: 7 * TIER_MS.day, tier: 'hour' },
  '30d': { widthMs: 30 * TIER_MS.day, tier: 'day' },
};
export const SPANS: readonly SpanName[] = ['15m', ...(Object.keys(STORED) as (keyof typeof STORED)[])];
export const widthMsOf = (span: SpanName): number =>
  span === '15m' ? ACTIVITY_SPAN.stepMs * ACTIVITY_SPAN.steps : STORED[span].widthMs;
const LABELS: ReadonlySet<SeriesLabel> = new Set(['use_case', 'model', 'variant']);

/** Counters of one arm in one use case, as `COUNTER` numbers them. */
export interface RecentSeries {
  readonly useCase: string;
  /** As `armName` has it. */
  readonly arm: string;
  /** Over the whole span. */
  readonly totals: Float64Array;
  /** One counter by step, oldest first. */
  readonly steps: (column: number) => Float64Array;
}

/** What happened in a span of time that ends now. */
export interface Recent {
  readonly stepMs: number;
  readonly startsMs: readonly number[];
  /** Nothing is known of what was before. */
  readonly sinceMs: number;
  readonly series: readonly RecentSeries[];
}

/** Of one use case where it is named. @throws StoreError for all but the quarter of an hour. */
export function readLately(sources: Sources, span: SpanName, useCase?: string): Promise<Recent> {
  return span === '15m'
    ? Promise.resolve(fromMemory(sources, useCase))
    : fromRollups(sources, STORED[span], useCase);
}

/** Totals hold the step that is not over yet; by steps it would look like a fall, and is left out. */
function fromMemory(sources: Sources, useCase: string | undefined): Recent {
  const { runtime, tenant, nowMs } = sources;
  const wholeMs = nowMs - ACTIVITY_SPAN.stepMs;
  return {
    stepMs: ACTIVITY_SPAN.stepMs,
    startsMs: stepStartsMs(ACTIVITY_SPAN, wholeMs),
    sinceMs: runtime.activity.sinceMs,
    series: runtime.activity.seriesFor(tenant, useCase).map(({ armId, ring, ...series }) => ({
      useCase: series.useCase,
      arm: armName(sources, armId),
      totals: ring.totals(nowMs),
      steps: (column) => ring.series(column, wholeMs),
    })),
  };
}

/** As `ListTimeSeries` answers for the same span of time. */
async function fromRollups(
  { runtime, tenant, nowMs }: Sources,
  { widthMs, tier }: StoredSpan,
  useCase: string | undefined,
): Promise<Recent> {
  const stepMs = TIER_MS[tier];
  const { fromMs, toMs } = alignedTo(tier, { fromMs: nowMs - widthMs, toMs: nowMs });
  const found = await runtime.rollups.read({
    tenant,
    tier,
    fromMs,
    toMs,
    periodMs: stepMs,
    groupBy: LABELS,
    ...(useCase !== undefined && { useCase }),
  });
  const steps = (toMs - fromMs) / stepMs;
  const firstMs = Math.min(toMs, ...found.map(({ points }) => points[0]?.startMs ?? toMs));
  return {
    stepMs,
    startsMs: Array.from({ length: steps }, (_, i) => fromMs + i * stepMs),
    sinceMs: firstMs,
    series: found.map(({ useCase: name = '', model = '', variant, points }) => {
      const byColumn = Array.from({ length: COUNTERS }, () => new Float64Array(steps));
      for (const { startMs, rollup } of points)
        countersOf(rollup).forEach((value, c) => (byColumn[c]![(startMs - fromMs) / stepMs] = value));
      return {
        useCase: name,
        arm: nameOfArm(model as ModelId, variant),
        totals: Float64Array.from(byColumn, (values) => values.reduce((sum, value) => sum + value, 0)),
        steps: (column) => byColumn[column]!,
      };
    }),
  };
}

function countersOf(rollup: Rollup): Float64Array {
  const [quality, cost, latency] = [
    rollup.moments('quality'),
    rollup.moments('cost'),
    rollup.moments('latency'),
  ];
  const counters = new Float64Array(COUNTERS);
  counters[COUNTER.decisions] = rollup.get('estimatedDecisions');
  counters[COUNTER.calls] = rollup.get('calls');
  counters[COUNTER.requests] = rollup.get('requests');
  counters[COUNTER.failures] = rollup.get('calls') - rollup.get('successes');
  counters[COUNTER.costNanoUsd] = cost.sum;
  counters[COUNTER.costs] = cost.count;
  counters[COUNTER.costSquares] = cost.squares;
  counters[COUNTER.qualities] = quality.count;
  counters[COUNTER.qualitySum] = quality.sum;
  counters[COUNTER.qualitySquares] = quality.squares;
  counters[COUNTER.latencies] = latency.count;
  counters[COUNTER.latencyMsSum] = latency.sum;
  return counters;
}
