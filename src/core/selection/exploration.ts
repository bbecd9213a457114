import type { ExplorationSettings } from '../bandit/settings.js';
import { weakNewcomers, type Standing } from './weak-newcomers.js';

/** What a minimum probability depends on, per candidate. */
export interface Explored extends Standing {
  /** Absent on an unpriced model. */
  readonly costNanoUsd: number | undefined;
}

/** All floors together may spend this share of the budget. */
const FLOOR_BUDGET_SHARE = 0.01;
/** A candidate that costs more than this many budgets is priced out: one such call would upset the pacing for hours. */
const FLOOR_COST_BUDGETS = 20;
/** All newcomers together may spend this share of it, until they are none. */
const NEWCOMER_BUDGET_SHARE = 0.5;
/** A newcomer that costs more than this many budgets gets no pulls beyond what its score brings. */
const NEWCOMER_COST_BUDGETS = 10;

/**
 * The least probability of each candidate: a small floor for all, so that any other policy can be evaluated on the
 * log, and a share for models that have too few outcomes to be judged, while others have enough.
 *
 * Bounds: Σ ε_k·ĉ_k ≤ 0.01·B over the floors, and ≤ 0.5·B over the newcomers; the budget's price makes up for it.
 *
 * @returns one probability per candidate, summing to less than one.
 */
export function leastProbabilities(
  candidates: readonly Explored[],
  { floor, newcomerShare, newcomerPulls }: ExplorationSettings,
  budgetNanoUsd: number | undefined,
): Float64Array {
  const count = candidates.length;
  const least = new Float64Array(count);
  if (count < 2) return least;
  const costOf = ({ costNanoUsd }: Explored): number => costNanoUsd ?? 0;
  const scale = (wanted: readonly number[], share: number): number => {
    if (budgetNanoUsd === undefined) return 1;
    const spend = wanted.reduce((sum, p, k) => sum + p * costOf(candidates[k]!), 0);
    return spend > 0 ? Math.min(1, (share * budgetNanoUsd) / spend) : 1;
  };

  const each = Math.min(floor, 1 / (2 * count));
  const floors = candidates.map((candidate) => (isPricedOut(costOf(candidate), budgetNanoUsd) ? 0 : each));
  const floorScale = scale(floors, FLOOR_BUDGET_SHARE);

  const known = candidates.some(({ pulls }) => pulls >= newcomerPulls);
  const weak = weakNewcomers(candidates, newcomerPulls);
  const isNewcomer = candidates.map(
    (candidate, k) =>
      known &&
      candidate.pulls < newcomerPulls &&
      !weak[k]! &&
      (budgetNanoUsd === undefined || costOf(candidate) <= NEWCOMER_COST_BUDGETS * budgetNanoUsd),
  );
  const newcomers = isNewcomer.filter(Boolean).length;
  const shares = isNewcomer.map((is) => (is ? newcomerShare / newcomers : 0));
  const newcomerScale = scale(shares, NEWCOMER_BUDGET_SHARE);
  for (let k = 0; k < count; k++) least[k] = floorScale * floors[k]! + newcomerScale * shares[k]!;
  return least;
}

/** Whether a candidate costs too much, at its budget, to be tried for the sake of knowing. */
export const isPricedOut = (costNanoUsd: number, budgetNanoUsd: number | undefined): boolean =>
  budgetNanoUsd !== undefined && costNanoUsd > FLOOR_COST_BUDGETS * budgetNanoUsd;

/** Lifts probabilities to at least the given ones: least + (1 − Σ least)·p. */
export function withLeast(probabilities: Float64Array, least: Float64Array): Float64Array {
  let total = 0;
  for (const p of least) total += p;
  return probabilities.map((p, k) => least[k]! + (1 - total) * p);
}

/**
 * Lifts half-open models to at least a share of requests, evenly, so that they are tried at all: what they failed at
 * stays in their beliefs. Breakers bound how many are in flight, and so what they spend.
 */
export function withProbeShare(
  probabilities: Float64Array,
  isProbe: readonly boolean[],
  share: number,
): Float64Array {
  const probes = isProbe.filter(Boolean).length;
  if (probes === 0 || probes === isProbe.length) return probabilities;
  return probabilities.map((p, k) => (1 - share) * p + (isProbe[k]! ? share / probes : 0));
}
