import {
  ExperimentServiceClient,
  ExperimentStatus,
  type GetExperimentResultResponse,
} from '../../gen/sextant/v1/experiment.js';
import {
  InsightServiceClient,
  SeriesLabel,
  type DriftAlarm,
  type ListTimeSeriesResponse,
  type ModelPosterior,
  type ReportRate,
} from '../../gen/sextant/v1/insight.js';
import { durationFromMs, timestampFromMs } from '../../service/encode/time.js';
import { withClient, type ConnectionFlags } from '../server-connection.js';

/** What a server answers of a span of time, and of the one before it. */
export interface ReportData {
  /** One point per use case. */
  readonly now: ListTimeSeriesResponse;
  /** One point per use case and model. */
  readonly byModel: ListTimeSeriesResponse;
  /** As much time before, by use case. */
  readonly before: ListTimeSeriesResponse;
  /** Points over time, by use case. */
  readonly course: ListTimeSeriesResponse;
  readonly drift: readonly DriftAlarm[];
  readonly reportRates: readonly ReportRate[];
  readonly posteriors: readonly ModelPosterior[];
  /** Those that run, or ended in the span. */
  readonly experiments: readonly GetExperimentResultResponse[];
}

export interface ReportSpan {
  readonly fromMs: number;
  readonly toMs: number;
  /** Empty for all. */
  readonly useCase: string;
}

const PAGE = 1_000;
const POINTS = 28;
const HOUR_MS = 3_600_000;

/** Asks a running server. @throws ServiceError. */
export async function readReportData(flags: ConnectionFlags, span: ReportSpan): Promise<ReportData> {
  const { fromMs, toMs, useCase } = span;
  const insight = await withClient(InsightServiceClient, flags, async (call) => {
    const series = (from: number, to: number, by: readonly SeriesLabel[], periodMs?: number) =>
      call('listTimeSeries', {
        useCase,
        model: '',
        startTime: timestampFromMs(Math.max(0, from)),
        endTime: timestampFromMs(to),
        alignmentPeriod: periodMs === undefined ? undefined : durationFromMs(periodMs),
        groupBy: [...by],
        quantiles: [0.5, 0.95, 0.99],
      });
    const byUseCase = [SeriesLabel.USE_CASE];
    const page = (pageToken: string) => ({ useCase, pageSize: PAGE, pageToken });
    const periodMs = HOUR_MS * Math.ceil((toMs - fromMs) / POINTS / HOUR_MS);
    return {
      now: await series(fromMs, toMs, byUseCase),
      byModel: await series(fromMs, toMs, [...byUseCase, SeriesLabel.MODEL]),
      before: await series(2 * fromMs - toMs, fromMs, byUseCase),
      course: await series(fromMs, toMs, byUseCase, periodMs),
      drift: await allPages(async (pageToken) => {
        const { alarms, nextPageToken } = await call('listDrift', page(pageToken));
        return { rows: alarms, nextPageToken };
      }),
      reportRates: await allPages(async (pageToken) => {
        const { rates, nextPageToken } = await call('listReportRates', page(pageToken));
        return { rows: rates, nextPageToken };
      }),
      posteriors: await allPages(async (pageToken) => {
        const { posteriors, nextPageToken } = await call('listPosteriors', page(pageToken));
        return { rows: posteriors, nextPageToken };
      }),
    };
  });
  return { ...insight, experiments: await readExperiments(flags, fromMs) };
}

async function readExperiments(
  flags: ConnectionFlags,
  fromMs: number,
): Promise<GetExperimentResultResponse[]> {
  return withClient(ExperimentServiceClient, flags, async (call) => {
    const all = await allPages(async (pageToken) => {
      const { experiments, nextPageToken } = await call('listExperiments', { pageSize: PAGE, pageToken });
      return { rows: experiments, nextPageToken };
    });
    const told = all.filter(
      ({ status, endTime }) =>
        status === ExperimentStatus.RUNNING ||
        (endTime !== undefined && Number(endTime.seconds) * 1_000 >= fromMs),
    );
    const results: GetExperimentResultResponse[] = [];
    for (const { id } of told) results.push(await call('getExperimentResult', { id, history: false }));
    return results;
  });
}

async function allPages<T>(
  page: (pageToken: string) => Promise<{ readonly rows: readonly T[]; readonly nextPageToken: string }>,
): Promise<T[]> {
  const all: T[] = [];
  let token = '';
  do {
    const { rows, nextPageToken } = await page(token);
    all.push(...rows);
    token = nextPageToken;
  } while (token !== '');
  return all;
}
