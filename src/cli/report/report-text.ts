import type { AlwaysModel, Estimate } from '../../core/reporting/always-model.js';
import { halfWidth, type Mean } from '../../core/reporting/mean.js';
import { table } from '../demo/table.js';
import { driftName, shiftRangeText } from '../drift-text.js';
import { percentText } from '../plain-output.js';
import type { Performance } from './performance.js';
import type { PerformanceReport } from './performance-report.js';
import type { ModelPerformance, UseCaseReport } from './use-case-report.js';
import type { Saving } from './savings.js';

export const NONE = '–';
const day = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
export const spanText = ({ startTime, endTime }: PerformanceReport): string =>
  `${day(startTime)} to ${day(endTime)} UTC`;

export const HOW_ESTIMATED =
  '"Always" is estimated from the first attempts of a model, each weighted by one over the propensity it was chosen with. ' +
  'Where that carries no figure, it is the plain mean of the requests that the model was chosen for, marked *: they may be ' +
  'easier than the others, or harder. Intervals are of 95 %. Cost that was not reported is not in it.';

/** The report for a terminal. */
export function reportText(report: PerformanceReport): string {
  const { useCases, experiments, notes } = report;
  return [
    `Performance, ${spanText(report)}`,
    ...notes,
    ...(useCases.length === 0 ? ['', 'nothing was decided or reported'] : useCases.flatMap(useCaseText)),
    ...(experiments.length === 0 ? [] : ['', 'EXPERIMENTS']),
    ...experiments.flatMap(({ id, status, units, sentences, advice }) => [
      `${id} (${status}), ${units} units`,
      ...sentences.map((sentence) => `  ${sentence}`),
      `  ${advice}`,
    ]),
    '',
    HOW_ESTIMATED,
  ].join('\n');
}

function useCaseText({
  useCase,
  performance,
  before,
  models,
  savings,
  drift,
  advice,
}: UseCaseReport): string[] {
  return [
    '',
    useCase.toUpperCase(),
    figuresText(performance, before),
    '',
    table(MODEL_HEADER, models.map(modelRow)),
    '',
    ...savings.map(savingText),
    drift.length === 0
      ? 'drift: none'
      : `drift: ${drift.map(({ model, metric, shift, shiftSd, z }) => `${driftName(metric)} of ${model} ${shiftRangeText(metric, shift, shiftSd)} (z ${z.toFixed(1)})`).join(', ')}`,
    ...advice.map((sentence) => `→ ${sentence}`),
  ];
}

/** `decisions 1,785 (0 before) · quality 0.912 …` */
export function figuresText(now: Performance, before: Performance | undefined): string {
  const was = (text: string | undefined): string =>
    before === undefined ? '' : ` (before: ${text ?? NONE})`;
  return [
    `decisions ${whole(now.decisions)}${was(before && whole(before.decisions))}`,
    `reported ${whole(now.requests)}`,
    `quality ${rangeText(now.quality)}${was(before && before.quality?.value.toFixed(3))}, of ${whole(now.judged)} judged`,
    `success ${shareText(now.success)}`,
    `cost ${usd(now.costUsd)}, ${usdRange(now.costUsdPerCall)} a call${was(before && usdOf(before.costUsdPerCall?.value))}`,
    `latency ${latencyText(now)}`,
  ].join('\n');
}

export const MODEL_HEADER = [
  'model',
  'share',
  'quality',
  'success',
  'USD a call',
  'p50, p95, p99',
  'always: quality',
  'always: USD',
];

export const modelRow = (model: ModelPerformance): string[] => [
  model.model,
  percentText(model.share),
  rangeText(model.quality),
  shareText(model.success),
  usdOf(model.costUsdPerCall?.value),
  latencyText(model),
  alwaysText(model.always.quality, (value) => value.toFixed(3)),
  alwaysText(model.always.costUsd, usd),
];

/** One sentence on what was saved against a model. */
export function savingText({ against, model, costUsd, costShare, quality, objections }: Saving): string {
  const cost =
    costUsd === undefined
      ? undefined
      : `${costUsd.value >= 0 ? 'saved' : 'spent'} ${usd(Math.abs(costUsd.value))} ${costUsd.value >= 0 ? '' : 'more '}(${percentText(Math.abs(costShare!))}; ${usd(costUsd.low)} to ${usd(costUsd.high)})`;
  const better =
    quality === undefined
      ? undefined
      : `quality ${quality.value >= 0 ? '+' : ''}${quality.value.toFixed(3)} (${quality.low.toFixed(3)} to ${quality.high.toFixed(3)})`;
  const told = [cost, better].filter((text) => text !== undefined);
  const doubts = objections.length === 0 ? '' : ` * (${[...new Set(objections)].join('; ')})`;
  return `against the ${against}, always ${model}: ${told.length === 0 ? 'no figure' : told.join(', ')}${doubts}`;
}

export const whole = (count: number): string => Math.round(count).toLocaleString('en');
export const usd = (amount: number): string =>
  `${amount < 0 ? '-' : ''}$${Math.abs(amount) >= 1 ? Math.abs(amount).toFixed(2) : Number(Math.abs(amount).toPrecision(3))}`;
const usdOf = (amount: number | undefined): string => (amount === undefined ? NONE : usd(amount));
const rangeText = (mean: Mean | undefined): string => meanText(mean, (value) => value.toFixed(3));
const usdRange = (mean: Mean | undefined): string => meanText(mean, usd);
const meanText = (mean: Mean | undefined, text: (value: number) => string): string => {
  if (mean === undefined) return NONE;
  const half = halfWidth(mean);
  return Number.isFinite(half) ? `${text(mean.value)} ± ${text(half)}` : text(mean.value);
};
const shareText = (estimate: Estimate | undefined): string =>
  estimate === undefined ? NONE : percentText(estimate.value);
const alwaysText = ({ mean, objection }: AlwaysModel, text: (value: number) => string): string =>
  mean === undefined ? NONE : `${meanText(mean, text)}${objection === undefined ? '' : ' *'}`;
const latencyText = ({ latencyMs }: Performance): string =>
  latencyMs === undefined
    ? NONE
    : `${[latencyMs.p50, latencyMs.p95, latencyMs.p99].map((ms) => whole(ms)).join(', ')} ms`;
