import { meanOfShares } from '../../core/reporting/mean.js';
import { ACTIVITY_SPAN, COUNTER, COUNTERS } from '../../runtime/activity.js';
import type { MethodTimes } from '../../runtime/call-times.js';
import type { OverviewView, SelectTimesView, SpanName, UseCaseSummaryView } from '../views.js';
import { readLately, type RecentSeries } from './lately.js';
import { useCasesOf, type Sources } from './sources.js';
import { accountsOf } from './spend.js';

const MS_PER_SECOND = 1000;

/** @throws StoreError, but for the shortest span. */
export async function readOverview(sources: Sources, span: SpanName): Promise<OverviewView> {
  const { series } = await readLately(sources, span);
  const errors = sources.runtime.callTimes
    .lastMinute()
    .flatMap(({ method, errors }) =>
      Object.entries(errors).map(([code, count]) => ({ method, code, count })),
    );
  return {
    span,
    useCases: useCasesOf(sources).map((useCase) => summaryOf(useCase, series)),
    errors,
    spend: accountsOf(sources),
  };
}

function summaryOf(useCase: string, series: readonly RecentSeries[]): UseCaseSummaryView {
  const sum = new Float64Array(COUNTERS);
  let top = { model: '', decisions: 0 };
  for (const { arm, totals, ...of } of series) {
    if (of.useCase !== useCase) continue;
    totals.forEach((value, i) => (sum[i]! += value));
    const decisions = totals[COUNTER.decisions]!;
    if (decisions > top.decisions) top = { model: arm, decisions };
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

function meanQuality(sum: Float64Array): UseCaseSummaryView['quality'] {
  const count = sum[COUNTER.qualities]!;
  const mean = meanOfShares({
    count,
    sum: sum[COUNTER.qualitySum]!,
    squares: sum[COUNTER.qualitySquares]!,
  });
  if (mean === undefined) return null;
  const { value, high } = mean;
  return { mean: value, halfWidth: high === undefined ? null : high - value, count };
}

const inMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * MS_PER_SECOND;

export const timesView = ({ calls, p50Seconds, p95Seconds, p99Seconds }: MethodTimes): SelectTimesView => ({
  calls,
  p50Ms: inMs(p50Seconds),
  p95Ms: inMs(p95Seconds),
  p99Ms: inMs(p99Seconds),
});

const RATE_STEPS = 10_000 / ACTIVITY_SPAN.stepMs;

/** Decisions a second of a tenant over the last two whole steps, so that a step that has just begun weighs nothing. */
export function decisionRate({ runtime, tenant, nowMs }: Sources): number {
  const { stepMs } = ACTIVITY_SPAN;
  let decisions = 0;
  for (const { ring } of runtime.activity.seriesFor(tenant)) {
    decisions += ring.totals(nowMs - stepMs, RATE_STEPS)[COUNTER.decisions]!;
  }
  return decisions / ((RATE_STEPS * stepMs) / MS_PER_SECOND);
}
