import type {
  DriftAlarm,
  ListTimeSeriesResponse,
  ReportRate,
  TimeSeries,
} from '../../gen/sextant/v1/insight.js';
import { isoTime } from '../plain-output.js';
import { adviceOf } from './advice.js';
import { driftedMetric } from '../drift-text.js';
import type { DriftStory, ModelPerformance, ReportRateStory, UseCaseReport } from './use-case-report.js';
import { experimentStories, type ExperimentStory } from './experiment-story.js';
import { performanceOf, type Performance } from './performance.js';
import type { ReportData } from './report-data.js';
import { fixedModels, savingsOf, type FixedModel } from './savings.js';

/** What the report says, in every form that it is written in. */
export interface PerformanceReport {
  readonly startTime: string;
  readonly endTime: string;
  /** Where sums do not reach back to the start. */
  readonly notes: readonly string[];
  readonly useCases: readonly UseCaseReport[];
  readonly experiments: readonly ExperimentStory[];
}

/** Makes the report of what a server answered. */
export function performanceReport(data: ReportData): PerformanceReport {
  const { now } = data;
  return {
    startTime: isoTime(now.startTime),
    endTime: isoTime(now.endTime),
    notes: notesOn(now),
    useCases: now.series.map((whole) => useCaseReport(whole, data)),
    experiments: experimentStories(data.experiments),
  };
}

function notesOn({ startTime, keptSinceTime }: ListTimeSeriesResponse): readonly string[] {
  const isShort = Number(keptSinceTime?.seconds ?? 0n) > Number(startTime?.seconds ?? 0n);
  return isShort
    ? [`sums of this width are kept since ${isoTime(keptSinceTime)}: what was before is missing`]
    : [];
}

function useCaseReport({ useCase, points }: TimeSeries, data: ReportData): UseCaseReport {
  const of = <T extends { readonly useCase: string }>(all: readonly T[]): T[] =>
    all.filter((one) => one.useCase === useCase);
  const byModel = of(data.byModel.series);
  const [earlier] = of(data.before.series);
  const performance = performanceOf(points[0]!);
  const fixed = fixedModels(byModel);
  const parts = {
    useCase,
    performance,
    ...(earlier && { before: performanceOf(earlier.points[0]!) }),
    models: modelsOf(byModel, fixed, performance),
    savings: savingsOf(fixed, performance.requests),
    drift: of(data.drift).map(driftStory),
    reportRates: of(data.reportRates)
      .filter(({ differs }) => differs)
      .map(reportRateStory),
    course: of(data.course.series).flatMap((series) =>
      series.points.map((point) => ({ time: isoTime(point.startTime), performance: performanceOf(point) })),
    ),
  };
  return { ...parts, advice: adviceOf(parts, of(data.posteriors)) };
}

const armName = ({ model, variant }: Pick<DriftAlarm, 'model' | 'variant'>): string =>
  variant === undefined ? model : `${model} (${variant})`;

const driftStory = ({ metric, shift, shiftSd, z, ...arm }: DriftAlarm): DriftStory => ({
  model: armName(arm),
  metric: driftedMetric(metric),
  shift,
  shiftSd,
  z,
});

const reportRateStory = ({
  decisions,
  reported,
  expectedReported,
  z,
  ...arm
}: ReportRate): ReportRateStory => ({
  model: armName(arm),
  decisions: Number(decisions),
  reported: Number(reported) / Number(decisions),
  expectedReported: expectedReported / Number(decisions),
  z,
});

function modelsOf(
  series: readonly TimeSeries[],
  fixed: readonly FixedModel[],
  whole: Performance,
): readonly ModelPerformance[] {
  return series
    .map(({ model, points }, i) => {
      const performance = performanceOf(points[0]!);
      const share =
        whole.decisions > 0
          ? performance.decisions / whole.decisions
          : performance.requests / Math.max(1, whole.requests);
      return { model, ...performance, share, always: fixed[i]! };
    })
    .sort((a, b) => b.share - a.share);
}
