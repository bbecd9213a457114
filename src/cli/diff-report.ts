import type { Difference } from '../core/comparison/compare-answers.js';
import {
  meansOf,
  totalOf,
  type Disagreement,
  type TallyReport,
  type TallyRow,
} from '../core/comparison/tally.js';
import { usdFromNanoUsd } from '../core/money.js';
import { table } from './demo/table.js';
import type { LogDiff } from '../runtime/evaluation/diff-on-log.js';
import { lossesTable, movesTable, shiftText } from './comparison-text.js';
import { passedOverLines } from '../runtime/evaluation/log-replay.js';
import { percentText, shortVersion, signedText } from './plain-output.js';

/** Figures of some requests under two policies; money and quality are means over those that both answer. */
export interface DiffFigures {
  readonly requests: number;
  /** Share of requests that go elsewhere, in [0, 1]. */
  readonly changedShare: number;
  /** Requests by what is different. */
  readonly differences: Readonly<Record<Difference, number>>;
  readonly otherWeights: number;
  /** Expected, USD a request; absent where no request is priced under both. */
  readonly costUsdBefore?: number;
  readonly costUsdAfter?: number;
  /** Expected, in [0, 1]; absent where both answer no request. */
  readonly qualityBefore?: number;
  readonly qualityAfter?: number;
}

export interface ComparisonReport {
  readonly total: DiffFigures;
  readonly rows: readonly (DiffFigures & { readonly tenant: string; readonly useCase: string })[];
  /** Shares of all requests. */
  readonly moves: TallyReport['moves'];
  readonly losses: TallyReport['losses'];
  readonly disagreements: readonly (Omit<Disagreement, 'timeMs'> & { readonly time: string })[];
}

export interface DiffReport extends ComparisonReport {
  readonly from: string;
  readonly to: string;
  readonly since?: string;
  readonly until?: string;
  readonly tooOld: number;
  readonly otherContext: number;
  readonly withoutPropensity: number;
  readonly unseenAttributes: readonly string[];
}

export function diffReport(diff: LogDiff): DiffReport {
  const { from, to, spanMs, tooOld, otherContext, withoutPropensity, unseenAttributes } = diff;
  return {
    from,
    to,
    ...(spanMs && { since: isoTime(spanMs[0]), until: isoTime(spanMs[1]) }),
    ...comparisonReport(diff),
    tooOld,
    otherContext,
    withoutPropensity,
    unseenAttributes,
  };
}

export function comparisonReport({ rows, moves, losses, disagreements }: TallyReport): ComparisonReport {
  const total = figures(totalOf(rows));
  return {
    total,
    rows: rows.map((row) => ({ tenant: row.tenant, useCase: row.useCase, ...figures(row) })),
    moves: moves.map((move) => ({ ...move, share: move.share / total.requests })),
    losses,
    disagreements: disagreements.map(({ timeMs, ...rest }) => ({ ...rest, time: isoTime(timeMs) })),
  };
}

function figures(row: Omit<TallyRow, 'tenant' | 'useCase'>): DiffFigures {
  const { requests, differences, otherWeights } = row;
  const { changedShare, quality, costNanoUsd } = meansOf(row);
  return {
    requests,
    changedShare,
    differences,
    otherWeights,
    ...(costNanoUsd && {
      costUsdBefore: usdFromNanoUsd(costNanoUsd.before),
      costUsdAfter: usdFromNanoUsd(costNanoUsd.after),
    }),
    ...(quality && { qualityBefore: quality.before, qualityAfter: quality.after }),
  };
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** The report as people read it. */
export function diffReportText(report: DiffReport): string {
  const { from, to, since, until, unseenAttributes, total } = report;
  const lines = [`${shortVersion(from)} → ${shortVersion(to)}`];
  if (since !== undefined) lines.push(`${total.requests} requests from ${since} to ${until}`);
  lines.push(...passedOverLines(report));
  if (unseenAttributes.length > 0) {
    lines.push(
      `rules read ${unseenAttributes.join(', ')}, which no logged request has: decisionLog.attributes says which are kept`,
    );
  }
  if (total.requests === 0) return [...lines, 'there is no decision to compare on'].join('\n');
  return `${lines.join('\n')}\n\n${comparisonText(report)}`;
}

const MOVES_TOLD = 10;
const EXAMPLES_TOLD = 5;

export function comparisonText({ total, rows, moves, losses, disagreements }: ComparisonReport): string {
  const parts = [
    summary(total),
    table(
      ['tenant, use case', 'requests', 'changed', 'refused', 'USD a request', '', 'quality', ''],
      rows.map((row) => [`${row.tenant}, ${row.useCase}`, ...cells(row)]),
    ),
  ];
  if (moves.length > 0) parts.push(movesTable('goes elsewhere', moves.slice(0, MOVES_TOLD)));
  if (losses.length > 0)
    parts.push(lossesTable(losses.map(({ cause, requests, arms }) => [cause, requests, arms])));
  if (disagreements.length > 0)
    parts.push(`for example\n${disagreements.slice(0, EXAMPLES_TOLD).map(exampleLine).join('\n')}`);
  return parts.join('\n\n');
}

function summary({ requests, changedShare, differences, otherWeights, ...means }: DiffFigures): string {
  const counted: readonly (readonly [number, string])[] = [
    [differences.refused, 'are refused'],
    [differences.admitted, 'are no longer refused'],
    [differences.candidates, 'have other candidates'],
    [differences.shares, 'have the same candidates and other probabilities'],
    [otherWeights, 'have other weights'],
  ];
  const lines = [
    `${percentText(changedShare)} of requests go elsewhere`,
    ...counted.filter(([count]) => count > 0).map(([count, what]) => `${count} of ${requests} ${what}`),
  ];
  const { costUsdBefore, costUsdAfter, qualityBefore, qualityAfter } = means;
  if (costUsdBefore !== undefined && costUsdAfter !== undefined) {
    const change = costUsdBefore > 0 ? `, ${signedText(100 * (costUsdAfter / costUsdBefore - 1), 1)} %` : '';
    lines.push(`expected cost ${usd(costUsdBefore)} → ${usd(costUsdAfter)} USD a request${change}`);
  }
  if (qualityBefore !== undefined && qualityAfter !== undefined) {
    const change = signedText(qualityAfter - qualityBefore, 4);
    lines.push(`expected quality ${qualityBefore.toFixed(4)} → ${qualityAfter.toFixed(4)}, ${change}`);
  }
  return lines.join('\n');
}

const cells = (row: DiffFigures): readonly string[] => [
  String(row.requests),
  percentText(row.changedShare),
  String(row.differences.refused),
  row.costUsdBefore === undefined ? '–' : usd(row.costUsdBefore),
  row.costUsdAfter === undefined ? '' : `→ ${usd(row.costUsdAfter)}`,
  row.qualityBefore === undefined ? '–' : row.qualityBefore.toFixed(4),
  row.qualityAfter === undefined ? '' : `→ ${row.qualityAfter.toFixed(4)}`,
];

function exampleLine(disagreement: ComparisonReport['disagreements'][number]): string {
  const { decisionId, time, tenant, useCase, before, after, changedShare, losses: causes } = disagreement;
  const shift = shiftText({ before, after, changedShare, causes });
  return `  ${time}  ${decisionId ?? ''}  ${tenant}, ${useCase}: ${shift}`;
}

const usd = (value: number): string => value.toPrecision(3);
