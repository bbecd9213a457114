import {
  BreakerState,
  type BudgetStatus,
  type MethodStatus,
  type TimeSeries,
} from '../../gen/sextant/v1/insight.js';
import { driftedMetric, driftName, shiftText } from '../drift-text.js';
import { isoTime, percentText, shortVersion } from '../plain-output.js';
import { performanceOf } from '../report/performance.js';
import { usd } from '../report/report-text.js';
import { WINDOW_MINUTES, type TopData } from './top-data.js';

export interface FrameSize {
  readonly width: number;
  readonly isColored: boolean;
}

const MINUTE_SECONDS = 60;
const NONE = '–';
const ESC = '\u001b[';
const STYLE = { bold: '1', red: '31', green: '32' } as const;

/** One picture of a server, for a terminal. @param address what is looked at. */
export function frame(data: TopData, address: string, size: FrameSize): readonly string[] {
  const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
    rows.length < 2 ? [] : ['', line(title, 'bold', size), ...tableLines(rows, size.width)];
  const alarms = alarmsOf(data);
  const { time, policyVersion } = data.status;
  const title = `sextant ${address} · ${isoTime(time).slice(0, 19)}Z · policy ${shortVersion(policyVersion)}`;
  return [
    line(title, 'bold', size),
    ...(alarms.length === 0
      ? [line('no alarms', 'green', size)]
      : alarms.map((alarm) => alarmLine(alarm, size))),
    ...section('calls of the last minute', [
      METHOD_HEADER,
      ...data.status.methods.filter(({ calls }) => calls > 0n).map(methodRow),
    ]),
    ...section(`use cases, last ${WINDOW_MINUTES} minutes`, [USE_CASE_HEADER, ...data.whole.map(useCaseRow)]),
    ...section('models', [MODEL_HEADER, ...modelRows(data)]),
    ...section('budgets', [BUDGET_HEADER, ...data.status.budgets.map(budgetRow)]),
  ];
}

/** Something that is amiss. */
export const alarmLine = (text: string, size: FrameSize): string => line(`! ${text}`, 'red', size);

function line(text: string, style: keyof typeof STYLE, { width, isColored }: FrameSize): string {
  const shown = fitted(text, width);
  return isColored ? `${ESC}${STYLE[style]}m${shown}${ESC}0m` : shown;
}

function alarmsOf({ status, drift, unwell, withoutSeries }: TopData): string[] {
  return [
    ...(status.reportsRefused ? ['the store failed: reports are refused'] : []),
    ...(withoutSeries === undefined
      ? []
      : [`nothing of the last ${WINDOW_MINUTES} minutes: ${withoutSeries}`]),
    ...(status.storeFaults > 0n ? [`the store is damaged in ${status.storeFaults} places`] : []),
    ...(status.policyRejected ? ['the policy folder is faulty: the last good version serves'] : []),
    ...(status.policyPinned ? ['a policy version is pinned'] : []),
    ...(status.decisionsUnlogged > 0n ? [`${status.decisionsUnlogged} decisions were not logged`] : []),
    ...unwell.map(
      ({ model, state, reason }) =>
        `${model} is ${state === BreakerState.OPEN ? 'down' : 'being tried'}: ${reason}`,
    ),
    ...drift.map(
      ({ useCase, model, metric, shift, z }) =>
        `${driftName(driftedMetric(metric))} of ${model} drifts in ${useCase}: ${shiftText(driftedMetric(metric), shift)} (z ${z.toFixed(1)})`,
    ),
  ];
}

const METHOD_HEADER = ['method', 'calls/s', 'p50', 'p95', 'p99', 'errors'];

const methodRow = ({ method, calls, errors, p50Seconds, p95Seconds, p99Seconds }: MethodStatus): string[] => [
  method,
  rate(Number(calls) / MINUTE_SECONDS),
  seconds(p50Seconds),
  seconds(p95Seconds),
  seconds(p99Seconds),
  Object.entries(errors)
    .map(([code, count]) => `${code} ${count}`)
    .join(', '),
];

const MEANS_HEADER = ['quality', 'success', 'USD a call', 'p50', 'p95', 'p99'];
const USE_CASE_HEADER = ['use case', 'decisions', 'reported', ...MEANS_HEADER];
const MODEL_HEADER = ['use case', 'model', 'share', ...MEANS_HEADER];

function useCaseRow({ useCase, points }: TimeSeries): string[] {
  const { decisions, requests } = performanceOf(points[0]!);
  return [
    useCase,
    String(decisions),
    decisions === 0 ? NONE : percentText(requests / decisions),
    ...means(points),
  ];
}

/** By use case, the most chosen first. */
function modelRows({ series, whole }: TopData): string[][] {
  return whole.flatMap(({ useCase, points }) => {
    const all = Number(points[0]!.decisions);
    const own = series.filter((one) => one.useCase === useCase);
    const shares = own.map((one) => ({ one, share: all === 0 ? 0 : Number(one.points[0]!.decisions) / all }));
    return shares
      .sort((a, b) => b.share - a.share)
      .map(({ one, share }) => [
        useCase,
        one.model,
        `${percentText(share)} ${bar(share)}`,
        ...means(one.points),
      ]);
  });
}

function means(points: TimeSeries['points']): string[] {
  const { quality, success, costUsdPerCall, latencyMs } = performanceOf(points[0]!);
  const ms = (value: number | undefined): string => (value === undefined ? NONE : seconds(value / 1_000));
  return [
    quality === undefined ? NONE : quality.value.toFixed(3),
    success === undefined ? NONE : percentText(success.value),
    costUsdPerCall === undefined ? NONE : usd(costUsdPerCall.value),
    ms(latencyMs?.p50),
    ms(latencyMs?.p95),
    ms(latencyMs?.p99),
  ];
}

const BUDGET_HEADER = ['budget', 'spent', 'of', 'used', 'in flight', 'λ', 'ends'];

function budgetRow(budget: BudgetStatus): string[] {
  const { account, lambda, period, limitNanoUsd, spentNanoUsd, reservedNanoUsd, periodEndTime } = budget;
  const money = (nanoUsd: bigint): string => usd(Number(nanoUsd) / 1e9);
  if (period === '') {
    const average = budget.averageNanoUsd === undefined ? NONE : `${money(budget.averageNanoUsd)} a request`;
    return [account, NONE, average, NONE, NONE, lambda.toFixed(2), NONE];
  }
  const used = limitNanoUsd === 0n ? 1 : Number(spentNanoUsd) / Number(limitNanoUsd);
  return [
    account,
    money(spentNanoUsd),
    `${money(limitNanoUsd)} a ${period}`,
    `${percentText(used)} ${bar(Math.min(1, used))}`,
    money(reservedNanoUsd),
    lambda.toFixed(2),
    isoTime(periodEndTime).slice(0, 16).replace('T', ' '),
  ];
}

const BAR_WIDTH = 8;
const bar = (share: number): string => {
  const filled = Math.round(share * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
};

const rate = (perSecond: number): string => (perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toFixed(1));

function seconds(value: number | undefined): string {
  if (value === undefined) return NONE;
  if (value >= 1) return `${value.toFixed(2)} s`;
  return value >= 1e-3 ? `${(value * 1e3).toFixed(1)} ms` : `${(value * 1e6).toFixed(0)} µs`;
}

/** Columns as wide as they need; those to the right that do not fit are left out, but never the first two. */
function tableLines(rows: readonly (readonly string[])[], width: number): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  let [shown, used] = [0, 0];
  while (shown < widths.length && (shown < 2 || used + widths[shown]! <= width)) used += widths[shown++]! + 2;
  return rows.map((row) =>
    fitted(
      row
        .slice(0, shown)
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
      width,
    ),
  );
}

const fitted = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
