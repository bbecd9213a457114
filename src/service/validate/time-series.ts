import type { UseCase } from '../../core/ids.js';
import { ROLLUP_TIERS, TIER_MS, tierFor, type RollupTier } from '../../core/rollup/tier.js';
import {
  SeriesLabel as WireLabel,
  type ListAnnotationsRequest,
  type ListTimeSeriesRequest,
} from '../../gen/sextant/v1/insight.js';
import type { AnnotationQuery } from '../../runtime/annotations.js';
import {
  alignedTo,
  pointCount,
  type Series,
  type SeriesLabel,
  type TimeSeriesQuery,
} from '../../runtime/rollups/time-series.js';
import { msFromDuration, msFromTimestamp } from '../encode/time.js';
import { LIMITS } from '../limits.js';
import { Violations } from './violations.js';

const WEEK_MS = 604_800_000;
const QUANTILES = [0.5, 0.95, 0.99] as const;

export interface RequestedSeries {
  /** Without the tenant, which comes from the principal. */
  readonly query: Omit<TimeSeriesQuery, 'tenant'>;
  readonly quantiles: readonly number[];
}

const LABELS: Readonly<Record<number, SeriesLabel>> = {
  [WireLabel.USE_CASE]: 'use_case',
  [WireLabel.MODEL]: 'model',
  [WireLabel.VARIANT]: 'variant',
};

/** @throws SextantError INVALID_FIELD. */
export function decodeListTimeSeries(request: ListTimeSeriesRequest, nowMs: number): RequestedSeries {
  const { useCase, model } = request;
  const violations = new Violations();
  if (useCase !== '') violations.name('use_case', useCase);
  violations.text('model', model, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
  const span = spanOf(request, nowMs, violations);
  const periodMs = periodOf(request, violations);
  const tier = periodMs === undefined ? tierOfSpan(span) : (tierFor(periodMs) ?? 'minute');
  const aligned = alignedTo(tier, span);
  const points = pointCount({ ...aligned, ...(periodMs !== undefined && { periodMs }) });
  if (points > LIMITS.seriesPointsMax)
    violations.add(
      'alignment_period',
      `would give ${points} points: at most ${LIMITS.seriesPointsMax} may be asked for`,
    );
  const groupBy = groupByOf(request, violations);
  const quantiles = quantilesOf(request, violations);
  violations.throwIfAny();
  return {
    query: {
      ...(useCase !== '' && { useCase }),
      ...(model !== '' && { model }),
      ...(periodMs !== undefined && { periodMs }),
      ...aligned,
      tier,
      groupBy,
    },
    quantiles,
  };
}

/** Whose drift is asked for, and when. @throws SextantError INVALID_FIELD. */
export function decodeListAnnotations(
  request: ListAnnotationsRequest,
  nowMs: number,
): Omit<AnnotationQuery, 'tenant'> {
  const { useCase } = request;
  const violations = new Violations();
  if (useCase !== '') violations.name('use_case', useCase);
  const span = spanOf(request, nowMs, violations);
  violations.throwIfAny();
  return { ...span, ...(useCase !== '' && { useCase: useCase as UseCase }) };
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

function spanOf(
  { startTime, endTime }: Pick<ListTimeSeriesRequest, 'startTime' | 'endTime'>,
  nowMs: number,
  violations: Violations,
): Span {
  const toMs = endTime === undefined ? nowMs : msFromTimestamp(endTime);
  const fromMs = startTime === undefined ? toMs - WEEK_MS : msFromTimestamp(startTime);
  const isSound = Number.isSafeInteger(fromMs) && fromMs >= 0;
  if (!isSound) violations.add('start_time', 'must be from 1970 on');
  if (!(Number.isSafeInteger(toMs) && toMs <= LIMITS.timeMaxMs))
    violations.add('end_time', 'must be before the year 10000');
  else if (isSound && toMs <= fromMs) violations.add('end_time', 'must be after start_time');
  else if (isSound) return { fromMs, toMs };
  return { fromMs: 0, toMs: 1 };
}

function periodOf({ alignmentPeriod }: ListTimeSeriesRequest, violations: Violations): number | undefined {
  if (alignmentPeriod === undefined) return undefined;
  const periodMs = msFromDuration(alignmentPeriod);
  if (Number.isSafeInteger(periodMs) && tierFor(periodMs) !== undefined) return periodMs;
  violations.add('alignment_period', 'must be whole minutes, at least one');
  return undefined;
}

/** As coarse as leaves the ends of the span where they are to within a twentieth of it, about. */
function tierOfSpan({ fromMs, toMs }: Span): RollupTier {
  const fine = [...ROLLUP_TIERS].reverse().find((tier) => TIER_MS[tier] * SPANS_LEAST <= toMs - fromMs);
  return fine ?? 'minute';
}
const SPANS_LEAST = 40;

function groupByOf({ groupBy }: ListTimeSeriesRequest, violations: Violations): ReadonlySet<SeriesLabel> {
  const labels = new Set<SeriesLabel>();
  groupBy.forEach((wire, i) => {
    const label = LABELS[wire];
    if (label === undefined) violations.add(`group_by[${i}]`, 'must be a known label');
    else labels.add(label);
  });
  return labels;
}

function quantilesOf({ quantiles }: ListTimeSeriesRequest, violations: Violations): readonly number[] {
  if (quantiles.length > LIMITS.quantilesMax)
    violations.add('quantiles', `must be at most ${LIMITS.quantilesMax}`);
  quantiles.forEach((q, i) => violations.number(`quantiles[${i}]`, q, { low: 0, high: 1 }));
  return quantiles.length === 0 ? QUANTILES : quantiles;
}

/** @throws SextantError INVALID_FIELD where an answer would not fit a message. */
export function checkPoints(series: readonly Series[]): void {
  const points = series.reduce((sum, one) => sum + one.points.length, 0);
  if (points <= LIMITS.answerPointsMax) return;
  const violations = new Violations();
  violations.add(
    'alignment_period',
    `gives ${points} points in all: at most ${LIMITS.answerPointsMax} may be asked for`,
  );
  violations.throwIfAny();
}
