import {
  estimateLift,
  estimateValue,
  type Estimate,
  type RewardedDecision,
} from '../core/evaluation/estimators.js';
import type { Interval } from '../core/evaluation/intervals.js';
import {
  reportingTests,
  supportOf,
  type ArmedDecision,
  type ReportingTest,
  type Support,
} from '../core/evaluation/support.js';
import { NANO_USD_PER_USD } from '../core/money.js';
import { table } from './demo/table.js';
import type { EvaluatedLog } from './evaluate-log.js';
import { passedOverLines } from './log-replay.js';
import { percentText, signedText } from './plain-output.js';

/** One reward's figures over some decisions. */
export interface RewardReport {
  readonly support: Support;
  /** Absent where no decision has this reward. */
  readonly estimates?: readonly Estimate[];
  readonly lift?: { readonly value: number; readonly asymptotic: Interval };
  /** What the log's own policy earned. */
  readonly logged?: number;
}

/** All that is said of a policy on a log. */
export interface EvaluationReport {
  readonly quality: RewardReport;
  readonly costUsd: RewardReport;
  readonly byUseCase: readonly { readonly useCase: string; readonly quality: RewardReport }[];
  readonly reporting: readonly (ReportingTest & { readonly name: string })[];
  readonly refused: number;
  readonly tooOld: number;
  readonly otherContext: number;
}

/** Beyond this many standard errors reports are selective. */
const SELECTIVE_Z = 4;

export function evaluationReport(log: EvaluatedLog): EvaluationReport {
  const { decisions, nameOf, refused, tooOld, otherContext } = log;
  const qualities = decisions.map(({ quality }) => quality);
  const costs = decisions.map(({ costNanoUsd }) => inUsd(costNanoUsd));
  const useCases = [...new Set(decisions.map(({ useCase }) => useCase))].sort();
  return {
    quality: rewardReport(qualities, true),
    costUsd: rewardReport(costs, false),
    byUseCase: useCases.map((useCase) => ({
      useCase,
      quality: rewardReport(
        decisions.filter((decision) => decision.useCase === useCase).map(({ quality }) => quality),
        true,
      ),
    })),
    reporting: reportingTests(qualities).map((test) => ({ ...test, name: nameOf(test.armId) })),
    refused,
    tooOld,
    otherContext,
  };
}

function rewardReport(decisions: readonly ArmedDecision[], isUnit: boolean): RewardReport {
  const support = supportOf(decisions);
  const rewarded = decisions.filter(
    (decision): decision is ArmedDecision & RewardedDecision => decision.reward !== undefined,
  );
  if (rewarded.length === 0) return { support };
  return {
    support,
    estimates: estimateValue(rewarded, isUnit),
    lift: estimateLift(rewarded),
    logged: rewarded.reduce((sum, { reward }) => sum + reward, 0) / rewarded.length,
  };
}

const inUsd = ({ reward, predicted, ...rest }: ArmedDecision): ArmedDecision => ({
  ...rest,
  predicted: Array.from(predicted, (cost) => cost / NANO_USD_PER_USD),
  ...(reward !== undefined && { reward: reward / NANO_USD_PER_USD }),
});

/** The report as people read it. */
export function evaluationText(report: EvaluationReport): string {
  const { quality, costUsd, byUseCase, reporting, refused, tooOld, otherContext } = report;
  const { support } = quality;
  const parts = [
    headline(quality, costUsd),
    `Decisions ${support.decisions}, with a quality ${support.rewarded}, worth ${support.effectiveDecisions.toFixed(0)} of the policy's own; largest weight ${support.largestWeight.toFixed(1)}; without support ${percentText(support.unsupportedShare)}; above switch-DR's weight ${percentText(support.switchedShare)}`,
    passedOver(refused, tooOld, otherContext),
    section('Quality', quality, 4),
    section('Cost, USD a request', costUsd, 8),
    `By use case, quality by DR\n${table(['use case', 'with a quality', 'worth', 'log', 'policy', '95 %', ''], byUseCase.map(useCaseRow))}`,
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

function passedOver(refused: number, tooOld: number, otherContext: number): string {
  const lines = [];
  if (refused > 0) lines.push(`${refused} requests would be refused, or find no model: they are left out`);
  lines.push(...passedOverLines({ tooOld, otherContext }));
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

function useCaseRow({ useCase, quality }: EvaluationReport['byUseCase'][number]): string[] {
  const { support, logged } = quality;
  const dr = estimateOf(quality, 'dr');
  return [
    useCase,
    String(support.rewarded),
    support.effectiveDecisions.toFixed(0),
    logged?.toFixed(4) ?? '–',
    dr?.value.toFixed(4) ?? '–',
    dr === undefined ? '–' : shown(dr.asymptotic, 4),
    support.objections.length > 0 ? 'thin' : '',
  ];
}

function reportingText(tests: EvaluationReport['reporting']): string {
  const selective = tests.filter(({ z }) => Math.abs(z) >= SELECTIVE_Z);
  if (selective.length === 0) return 'Reports: as often of each model as it was drawn';
  const rows = selective.map(({ name, reported, expected, z }) => [
    name,
    String(reported),
    expected.toFixed(1),
    z.toFixed(1),
  ]);
  return `Reports are selective, and so is every figure above: these models were drawn less or more often among\nreported decisions than their probabilities add up to\n${table(['model', 'reported', 'expected', 'z'], rows)}`;
}

const estimateOf = ({ estimates }: RewardReport, name: Estimate['estimator']): Estimate | undefined =>
  estimates?.find(({ estimator }) => estimator === name);

const shown = ({ low, high }: Interval, digits: number): string =>
  `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
