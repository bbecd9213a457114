import { DECAY_GROUPS } from './arm-stats.js';
import type { LearningState } from './learning-state.js';

/** Sums made in another order differ by rounding; more than this is a fault. Relative. */
const TOLERANCE = 1e-9;

/** Where two states differ, one sentence each; empty where they are equal up to rounding. */
export function compareStates(a: LearningState, b: LearningState): string[] {
  const differences: string[] = [];
  if (a.latestEventMs !== b.latestEventMs)
    differences.push(`newest event: ${a.latestEventMs} and ${b.latestEventMs}`);
  if (a.sequence !== b.sequence) differences.push(`position: ${a.sequence} and ${b.sequence}`);
  // They lie on a grid: equal or wrong. The tolerance of sums would let nearly two seconds pass, and a half-life may be twelve.
  for (const group of DECAY_GROUPS)
    if (a.landmarksMs[group] !== b.landmarksMs[group])
      differences.push(`landmark ${group}: ${a.landmarksMs[group]} and ${b.landmarksMs[group]}`);
  compareRows(arraysOf(a), arraysOf(b), differences);
  compareRows(numbersOf(a), numbersOf(b), differences);
  return differences;
}

/** Numbers by their place. A name each, where it is more than one, is the place's and the position. */
type Rows = ReadonlyMap<string, ArrayLike<number>>;

/** Row by row: a state of many contexts has millions of sums, and a name for each would be most of the work. */
function compareRows(left: Rows, right: Rows, differences: string[]): void {
  for (const [place, row] of left) {
    const other = right.get(place);
    if (other === undefined) differences.push(`${place}: ${row[0]} and nothing`);
    else if (row.length !== other.length)
      differences.push(`${place}: ${row.length} sums and ${other.length}`);
    else compareRow(place, row, other, differences);
  }
  for (const [place, row] of right) if (!left.has(place)) differences.push(`${place}: nothing and ${row[0]}`);
}

function compareRow(place: string, row: ArrayLike<number>, other: ArrayLike<number>, differences: string[]) {
  for (let i = 0; i < row.length; i++) {
    if (close(row[i]!, other[i]!)) continue;
    differences.push(`${place}${row.length > 1 ? ` ${i}` : ''}: ${row[i]} and ${other[i]}`);
  }
}

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** The sums of every arm. */
function arraysOf(state: LearningState): Rows {
  const rows = new Map<string, ArrayLike<number>>();
  for (const { tenant, useCase, segment, arms } of state.scopes()) {
    for (const [armId, stats] of arms) rows.set(`${tenant} ${useCase} ${segment} arm ${armId} sum`, stats);
  }
  for (const { tenant, useCase, residuals, regressions } of state.useCases) {
    for (const [armId, row] of residuals) rows.set(`${tenant} ${useCase} arm ${armId} residual`, row);
    for (const [armId, byMetric] of regressions) {
      for (const [metric, { sums }] of Object.entries(byMetric)) {
        for (const part of ['xx', 'xy', 'scalars'] as const)
          rows.set(`${tenant} ${useCase} arm ${armId} ${metric} ${part}`, sums[part]);
      }
    }
  }
  return rows;
}

/** Budgets, one number a row. */
function numbersOf(state: LearningState): Rows {
  const rows = new Map<string, ArrayLike<number>>();
  const add = (place: string, value: number): unknown => rows.set(place, [value]);
  for (const [budgetId, account] of state.budgets.accounts) {
    const budget = `budget ${budgetId}`;
    add(`${budget} lambda`, account.lambda);
    add(`${budget} older spend`, account.spend.olderNanoUsd);
    for (const { quarter, costNanoUsd } of account.spend.entries())
      add(`${budget} quarter ${quarter}`, costNanoUsd);
    add(`${budget} base lambda`, account.baseLambda);
    add(`${budget} base debt`, account.baseDebt);
    add(`${budget} base requests`, account.baseRequests);
    add(`${budget} base cost`, account.baseCostNanoUsd);
    for (const { startSecond, gradient, requests, costNanoUsd } of account.buckets) {
      add(`${budget} second ${startSecond} gradient`, gradient);
      add(`${budget} second ${startSecond} requests`, requests);
      add(`${budget} second ${startSecond} cost`, costNanoUsd);
    }
  }
  return rows;
}
