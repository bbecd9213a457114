import { NORMAL_975 } from '../../core/bandit/normal-quantile.js';
import { COUNTER, COUNTERS, SPAN, type SpanName } from '../../runtime/activity.js';
import type { MethodTimes } from '../../runtime/call-times.js';
import type { OverviewView, SelectTimesView, UseCaseSummaryView } from '../views.js';
import { armName, useCasesOf, type Sources } from './sources.js';
import { readSpend } from './spend.js';

const MS_PER_SECOND = 1000;

export function readOverview(sources: Sources, span: SpanName): OverviewView {
  const errors = sources.runtime.callTimes
    .lastMinute()
    .flatMap(({ method, errors }) =>
      Object.entries(errors).map(([code, count]) => ({ method, code, count })),
    );
  return {
    span,
    useCases: useCasesOf(sources).map((useCase) => summaryOf(sources, useCase, span)),
    errors,
    spend: readSpend(sources).accounts,
  };
}

function summaryOf(sources: Sources, useCase: string, span: SpanName): UseCaseSummaryView {
  const { runtime, tenant, nowMs } = sources;
  const sum = new Float64Array(COUNTERS);
  let top = { model: '', decisions: 0 };
  for (const { armId, rings } of runtime.activity.seriesFor(tenant, useCase)) {
    const totals = rings[span].totals(nowMs);
    totals.forEach((value, i) => (sum[i]! += value));
    const decisions = totals[COUNTER.decisions]!;
    if (decisions > top.decisions) top = { model: armName(sources, armId), decisions };
  }
  const decisions = sum[COUNTER.decisions]!;
  const calls = sum[COUNTER.calls]!;
  const requests = sum[COUNTER.requests]!;
  return {
    useCase,
    decisions,
    top: decisions === 0 ? null : { model: top.model, share: top.decisions / decisions },
    quality: meanQuality(sum),
    costPerRequestNanoUsd: requests === 0 ? null : sum[COUNTER.costNanoUsd]! / requests,
    success: calls === 0 ? null : 1 - sum[COUNTER.failures]! / calls,
  };
}

/** One quality has no spread to tell an interval from. */
function meanQuality(sum: Float64Array): UseCaseSummaryView['quality'] {
  const count = sum[COUNTER.qualities]!;
  if (count === 0) return null;
  const mean = sum[COUNTER.qualitySum]! / count;
  if (count < 2) return { mean, halfWidth: null, count };
  const variance = Math.max(0, sum[COUNTER.qualitySquares]! / count - mean * mean) * (count / (count - 1));
  return { mean, halfWidth: NORMAL_975 * Math.sqrt(variance / count), count };
}

const inMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * MS_PER_SECOND;

export const timesView = ({ calls, p50Seconds, p95Seconds, p99Seconds }: MethodTimes): SelectTimesView => ({
  calls,
  p50Ms: inMs(p50Seconds),
  p95Ms: inMs(p95Seconds),
  p99Ms: inMs(p99Seconds),
});

const RATE_STEPS = 10_000 / SPAN['15m'].stepMs;

/** Decisions a second of a tenant over the last two whole steps, so that a step that has just begun weighs nothing. */
export function decisionRate({ runtime, tenant, nowMs }: Sources): number {
  const { stepMs } = SPAN['15m'];
  let decisions = 0;
  for (const { rings } of runtime.activity.seriesFor(tenant)) {
    decisions += rings['15m'].totals(nowMs - stepMs, RATE_STEPS)[COUNTER.decisions]!;
  }
  return decisions / ((RATE_STEPS * stepMs) / MS_PER_SECOND);
}
