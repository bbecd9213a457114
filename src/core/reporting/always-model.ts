import { NORMAL_975 } from '../bandit/normal-quantile.js';
import type { Interval } from '../evaluation/intervals.js';
import type { RoutedMoments } from '../rollup/rollup.js';

/** An estimate with its 95 % interval. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** What "always this model" would have brought on average, and against what was done. */
export interface AlwaysModel {
  /** (Σw)²/Σw²: outcomes of a model that had been chosen always that would say as much. */
  readonly effective: number;
  /** Share of requests that the model could have been chosen for, as its weights have it. */
  readonly supported: Estimate;
  /** Absent where there is none: fewer outcomes than are needed. */
  readonly mean?: Estimate;
  /** The mean less that of what was done; absent with it. */
  readonly difference?: Estimate;
  /** Why propensities carry no figure: what is there is then of the requests that the model was chosen for. */
  readonly objection?: string;
}

/** As for evaluations: fewer, and intervals by the central limit theorem are too short. */
const EFFECTIVE_LEAST = 100;
const UNSUPPORTED_MOST = 0.02;
/** Standard errors by which that has to be exceeded: a figure must not be refused by chance. */
const DOUBT_ERRORS = 3;

/**
 * Estimates the mean of x had one model been chosen for every request, from sums over first attempts.
 *
 * Formula: V = Σ w x / Σ w over the model's, w one over the propensity (self-normalised); the difference is V − x̄, x̄ the
 * mean over all. Its variance is that of the linearised terms 1[model] w (x − V)/Σw − (x − x̄)/n, whose squares need no
 * more than the sums; outcomes that both share are thereby counted as such.
 * Where propensities do not carry it, the plain mean of the requests that the model was chosen for stands in, with the
 * objection: these may be easier than the others.
 * Source: Owen, *Monte Carlo theory, methods and examples*, §9.2; for adaptive logs by the martingale central limit theorem.
 *
 * @param model of the model's requests; those of `all` hold them.
 */
export function alwaysModel(model: RoutedMoments, all: RoutedMoments): AlwaysModel {
  const { weight, weightSquares } = model;
  const { count } = all;
  const effective = weightSquares > 0 ? weight ** 2 / weightSquares : 0;
  const supported = around(count > 0 ? weight / count : 0, count > 0 ? weightSquares / count ** 2 : 0);
  const objection = objectionTo(effective, supported);
  if (objection === undefined) return { effective, supported, ...against(model, all) };
  const isEnough = model.count >= EFFECTIVE_LEAST;
  return { effective, supported, objection, ...(isEnough && against(unweighted(model), all)) };
}

function against(
  model: RoutedMoments,
  all: RoutedMoments,
): Required<Pick<AlwaysModel, 'mean' | 'difference'>> {
  const { weight, weightSquares } = model;
  const { count } = all;
  const value = model.weightedSum / weight;
  const mean = all.sum / count;
  const own = model.squareWeightedSquares - 2 * value * model.squareWeightedSum + value ** 2 * weightSquares;
  const shared = model.weightedSquares - (value + mean) * model.weightedSum + value * mean * weight;
  const done = all.squares - count * mean ** 2;
  const variance = own / weight ** 2;
  return {
    mean: around(value, variance),
    difference: around(value - mean, variance - (2 * shared) / (weight * count) + done / count ** 2),
  };
}

/** Each request counts once: the plain mean of those that the model was chosen for. */
const unweighted = ({ count, sum, squares }: RoutedMoments): RoutedMoments => ({
  count,
  sum,
  squares,
  weight: count,
  weightSquares: count,
  weightedSum: sum,
  weightedSquares: squares,
  squareWeightedSum: sum,
  squareWeightedSquares: squares,
});

/** @param variance of the estimate; below 0 by rounding only. */
export function around(value: number, variance: number): Estimate {
  const half = NORMAL_975 * Math.sqrt(Math.max(0, variance));
  return { value, low: value - half, high: value + half };
}

function objectionTo(effective: number, supported: Estimate): string | undefined {
  if (effective < EFFECTIVE_LEAST)
    return `its outcomes are worth ${effective.toFixed(0)} of its own; ${EFFECTIVE_LEAST} are needed`;
  const error = (supported.high - supported.value) / NORMAL_975;
  if (supported.value + DOUBT_ERRORS * error < 1 - UNSUPPORTED_MOST)
    return `it could be chosen for about ${(100 * supported.value).toFixed(0)} % of requests only`;
  return undefined;
}
