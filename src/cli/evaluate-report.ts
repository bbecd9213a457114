import type { BudgetReport } from '../core/evaluation/budget-report.js';
import type { UseCaseReport } from '../core/evaluation/evaluation-report.js';
import type { FallbackReport } from '../core/evaluation/fallbacks.js';
import type { Interval } from '../core/evaluation/intervals.js';
import { estimateOf, type RewardReport } from '../core/evaluation/reward-report.js';
import type { EvaluatedLog } from '../runtime/evaluation/evaluate-log.js';
import { passedOverLines } from '../runtime/evaluation/log-replay.js';
import { table } from './demo/table.js';
import { percentText, signedText } from './plain-output.js';

/** Beyond this many standard errors reports are selective. */
const SELECTIVE_Z = 4;

/** The report as people read it. */
export function evaluationText(report: EvaluatedLog): string {
  const { quality, success, costUsd, byUseCase, budgets, reporting, fallbacks } = report;
  const { support } = quality;
  const parts = [
    headline(quality, costUsd),
    `Decisions ${support.decisions}, with a quality ${support.rewarded}, worth ${support.effectiveDecisions.toFixed(0)} of the policy's own; largest weight ${support.largestWeight.toFixed(1)}; without support ${percentText(support.unsupportedShare)}, seldom made ${percentText(support.seldomShare)}; above switch-DR's weight ${percentText(support.switchedShare)}`,
    passedOver(report),
    section('Quality', quality, 4),
    section('Success', success, 4),
    section('Cost, USD a request', costUsd, 8),
    `By use case, by DR\n${table(USE_CASE_HEADER, byUseCase.map(useCaseRow))}`,
    budgetsText(budgets, report.refusedOnOwnMoney),
    fallbacksText(fallbacks),
    reportingText(reporting),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headline(quality: RewardReport, cost: RewardReport): string {
  const { objections } = quality.support;
  if (quality.lift === undefined) return 'No figure: no decision of this log has a quality.';
  if (objections.length > 0) return `No figure to go by: ${objections.join('; ')}.`;
  const dr = estimateOf(quality, 'dr')!;
  const saved = cost.lift && cost.logged !== undefined ? costWords(cost.lift.value, cost.logged) : '';
  const { value, asymptotic } = quality.lift;
  return `Quality ${dr.value.toFixed(4)}, ${signedText(value)} ${shown(asymptotic, 4)} against the log's ${quality.logged!.toFixed(4)}${saved}.`;
}

const costWords = (lift: number, logged: number): string =>
  logged > 0 ? `; cost ${signedText((100 * lift) / logged, 1)} %` : '';

function passedOver(log: EvaluatedLog): string {
  const lines = [...passedOverLines(log)];
  if (log.refused > 0)
    lines.unshift(`${log.refused} requests would be refused, or find no model: they are left out`);
  return lines.join('\n');
}

function section(title: string, { estimates, logged, lift }: RewardReport, digits: number): string {
  if (estimates === undefined || lift === undefined) return `${title}: no decision has one`;
  const rows = estimates.map(({ estimator, value, asymptotic, bernstein }) => [
    estimator,
    value.toFixed(digits),
    shown(asymptotic, digits),
    bernstein === undefined ? '–' : shown(bernstein, digits),
  ]);
  rows.push(['the log’s own', logged!.toFixed(digits), '', '']);
  rows.push(['dr less the log’s own', signedText(lift.value, digits), shown(lift.asymptotic, digits), '–']);
  return `${title}\n${table(['estimator', 'value', '95 %, asymptotic', '95 %, any sample'], rows)}`;
}

const USE_CASE_HEADER = [
  'use case',
  'with a quality',
  'worth',
  'largest weight',
  'no support',
  'log',
  'policy',
  '95 %',
  'USD, log',
  'policy',
  '',
];

function useCaseRow({ useCase, quality, costUsd }: UseCaseReport): string[] {
  const { support, logged } = quality;
  const dr = estimateOf(quality, 'dr');
  return [
    useCase,
    String(support.rewarded),
    support.effectiveDecisions.toFixed(0),
    support.largestWeight.toFixed(1),
    percentText(support.unsupportedShare),
    logged?.toFixed(4) ?? '–',
    dr?.value.toFixed(4) ?? '–',
    dr === undefined ? '–' : shown(dr.asymptotic, 4),
    costUsd.logged?.toExponential(2) ?? '–',
    estimateOf(costUsd, 'dr')?.value.toExponential(2) ?? '–',
    support.objections.length > 0 ? 'thin' : '',
  ];
}

function reportingText(tests: EvaluatedLog['reporting']): string {
  const selective = tests.filter(({ z }) => Math.abs(z) >= SELECTIVE_Z);
  if (selective.length === 0) {
    const largest = Math.max(...tests.map(({ z }) => Math.abs(z)));
    return tests.length === 0
      ? 'Reports: none'
      : `Reports: no difference is shown between how often a model was reported and drawn (largest |z| ${largest.toFixed(1)}, bar ${SELECTIVE_Z})`;
  }
  const rows = selective.map(({ name, decisions, reported, expected, z }) => [
    name,
    String(decisions),
    percentText(reported / Math.max(decisions, 1)),
    String(reported),
    expected.toFixed(1),
    z.toFixed(1),
  ]);
  return `Reports are selective, and so is every figure above: these models were drawn less or more often among\nreported decisions than their probabilities add up to\n${table(['model', 'drawn', 'share reported', 'reported', 'expected', 'z'], rows)}`;
}

const shown = ({ low, high }: Interval, digits: number): string =>
  `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`;

const FEASIBLE_WORDS = { within: 'kept', over: 'not kept', unclear: 'cannot be told' } as const;

function budgetsText(budgets: readonly BudgetReport[], refused: number): string {
  if (budgets.length === 0) return '';
  const rows = budgets.map(({ accountId, averageUsd, decisions, boundShare, lambda, ...rest }) => {
    const cost = estimateOf(rest.costUsd, 'dr');
    const quality = estimateOf(rest.quality, 'dr');
    return [
      accountId,
      String(decisions),
      averageUsd > 0 ? averageUsd.toExponential(2) : '–',
      cost === undefined ? '–' : cost.value.toExponential(2),
      cost === undefined
        ? '–'
        : `[${cost.asymptotic.low.toExponential(2)}, ${cost.asymptotic.high.toExponential(2)}]`,
      percentText(boundShare),
      lambda.toFixed(3),
      quality === undefined ? '–' : `${quality.value.toFixed(4)} ${shown(quality.asymptotic, 4)}`,
      averageUsd > 0 ? FEASIBLE_WORDS[rest.feasible] : '–',
    ];
  });
  const header = [
    'budget',
    'decisions',
    'average',
    'USD',
    '95 %',
    'λ > 0',
    'last λ',
    'quality',
    'average is',
  ];
  const refusals = refused > 0 ? `\n${refused} requests would be refused, or find no model or money` : '';
  return `On its own money, with the λ of its own spend, by DR\n${table(header, rows)}${refusals}`;
}

function fallbacksText({ decisions, attempts, judged, meanQuality, costUsd }: FallbackReport): string {
  if (decisions === 0) return 'Fallbacks: none in this log';
  const quality = meanQuality === undefined ? '' : `, mean quality ${meanQuality.toFixed(4)} of ${judged}`;
  return `Fallbacks, of the log and in no figure above: ${attempts} attempts of ${decisions} decisions, ${costUsd.toPrecision(3)} USD${quality}`;
}
