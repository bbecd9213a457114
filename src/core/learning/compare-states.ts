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
  const left = flatten(a);
  const right = flatten(b);
  for (const [place, value] of left) {
    const other = right.get(place);
    if (other === undefined) differences.push(`${place}: ${value} and nothing`);
    else if (!close(value, other)) differences.push(`${place}: ${value} and ${other}`);
  }
  for (const [place, value] of right)
    if (!left.has(place)) differences.push(`${place}: nothing and ${value}`);
  return differences;
}

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** Every sum of a state by its place. */
function flatten(state: LearningState): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { tenant, useCase, segment, arms } of state.scopes()) {
    for (const [armId, stats] of arms) {
      stats.forEach((value, i) => sums.set(`${tenant} ${useCase} ${segment} arm ${armId} sum ${i}`, value));
    }
  }
  for (const [budgetId, account] of state.budgets.accounts) {
    sums.set(`budget ${budgetId} lambda`, account.lambda);
    sums.set(`budget ${budgetId} older spend`, account.spend.olderNanoUsd);
    for (const { quarter, costNanoUsd } of account.spend.entries()) {
      sums.set(`budget ${budgetId} quarter ${quarter}`, costNanoUsd);
    }
    sums.set(`budget ${budgetId} base lambda`, account.baseLambda);
    sums.set(`budget ${budgetId} base debt`, account.baseDebt);
    sums.set(`budget ${budgetId} base requests`, account.baseRequests);
    sums.set(`budget ${budgetId} base cost`, account.baseCostNanoUsd);
    for (const { startSecond, gradient, requests, costNanoUsd } of account.buckets) {
      sums.set(`budget ${budgetId} second ${startSecond} gradient`, gradient);
      sums.set(`budget ${budgetId} second ${startSecond} requests`, requests);
      sums.set(`budget ${budgetId} second ${startSecond} cost`, costNanoUsd);
    }
  }
  for (const { tenant, useCase, regressions } of state.useCases.values()) {
    for (const [armId, byMetric] of regressions) {
      for (const [metric, { sums: linear }] of Object.entries(byMetric)) {
        const place = `${tenant} ${useCase} arm ${armId} ${metric}`;
        for (const part of ['xx', 'xy', 'scalars'] as const) {
          linear[part].forEach((value, i) => sums.set(`${place} ${part} ${i}`, value));
        }
      }
    }
  }
  return sums;
}
