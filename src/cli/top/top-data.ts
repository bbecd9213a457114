import { status, type ServiceError } from '@grpc/grpc-js';
import {
  BreakerState,
  SeriesLabel,
  type DriftAlarm,
  type GetServerStatusResponse,
  type InsightServiceClient,
  type ModelHealth,
  type TimeSeries,
} from '../../gen/sextant/v1/insight.js';
import { timestampFromMs } from '../../service/encode/time.js';
import type { Call } from '../server-connection.js';

/** What one look at a server brings. */
export interface TopData {
  readonly status: GetServerStatusResponse;
  /** By use case and model, of the last quarter of an hour. */
  readonly series: readonly TimeSeries[];
  /** The same by use case alone: quantiles do not add up. */
  readonly whole: readonly TimeSeries[];
  readonly drift: readonly DriftAlarm[];
  /** Those whose breaker is not closed. */
  readonly unwell: readonly ModelHealth[];
  /** Why there are no series, where the store cannot be read; all else comes from memory. */
  readonly withoutSeries?: string;
}

export const WINDOW_MINUTES = 15;
const WINDOW_MS = WINDOW_MINUTES * 60_000;
const PAGE = 1_000;

/** @throws ServiceError. */
export async function readTopData(call: Call<InsightServiceClient>, nowMs: number): Promise<TopData> {
  const series = async (groupBy: SeriesLabel[]): Promise<TimeSeries[]> => {
    const span = { startTime: timestampFromMs(nowMs - WINDOW_MS), endTime: timestampFromMs(nowMs) };
    const filter = { useCase: '', model: '', alignmentPeriod: undefined, quantiles: [0.5, 0.95, 0.99] };
    return (await call('listTimeSeries', { ...span, ...filter, groupBy })).series;
  };
  const page = { useCase: '', pageSize: PAGE, pageToken: '' };
  const stored = async (): Promise<Pick<TopData, 'series' | 'whole' | 'withoutSeries'>> => {
    try {
      const [byModel, whole] = await Promise.all([
        series([SeriesLabel.USE_CASE, SeriesLabel.MODEL]),
        series([SeriesLabel.USE_CASE]),
      ]);
      return { series: byModel, whole };
    } catch (error) {
      const { code, details } = error as Partial<ServiceError>;
      if (code !== status.UNAVAILABLE) throw error;
      return { series: [], whole: [], withoutSeries: details ?? 'they cannot be had' };
    }
  };
  const [now, ofStore, { alarms }, { models }] = await Promise.all([
    call('getServerStatus', {}),
    stored(),
    call('listDrift', page),
    call('listModelHealth', { model: '', pageSize: PAGE, pageToken: '' }),
  ]);
  const unwell = models.filter(
    ({ state }) => state === BreakerState.OPEN || state === BreakerState.HALF_OPEN,
  );
  return { status: now, ...ofStore, drift: alarms, unwell };
}
