import { normalCdf } from '../../bandit/normal-marginal.js';
import type { RatioMean } from './ratio-mean.js';

/** What a Bayesian with a flat prior says of one arm. */
export interface Standing {
  /** Probability that its mean is the best. */
  readonly probabilityOfBest: number;
  /** Expected E[best mean − this mean], in the metric's unit, in the better direction. */
  readonly expectedLoss: number;
}

/** Steps of the integral, over this many standard deviations around all arms. */
const STEPS = 4_000;
const SPAN_SD = 8;

/**
 * P(best) and expected loss of arms whose means have independent normal posteriors N(mean, standardError²): flat priors
 * and as many observations as make the mean normal. Not error-controlled: whoever stops as soon as P(best) is high is
 * wrong more often than 1 − P(best).
 *
 * Formulas, M the best of all: P(k best) = ∫ φ_k(x)·Π_{j≠k} Φ_j(x) dx; loss_k = E[M] − mean_k, with
 * E[M] = b − ∫_a^b Π_j Φ_j(x) dx for [a, b] that holds all mass.
 * Source: Chapelle & Li (NIPS 2011) for the posterior of the best; Stucchio, Bayesian A/B Testing at VWO (2015), for the
 * loss.
 *
 * @returns nothing where an arm has no error yet.
 */
export function standings(
  arms: readonly RatioMean[],
  lowerIsBetter: boolean,
): readonly Standing[] | undefined {
  if (arms.some(({ standardError, mean }) => !Number.isFinite(mean) || !(standardError > 0)))
    return undefined;
  const sign = lowerIsBetter ? -1 : 1;
  const means = arms.map(({ mean }) => sign * mean);
  const sds = arms.map(({ standardError }) => standardError);
  const low = Math.min(...means.map((mean, k) => mean - SPAN_SD * sds[k]!));
  const high = Math.max(...means.map((mean, k) => mean + SPAN_SD * sds[k]!));
  const step = (high - low) / STEPS;
  const best = new Float64Array(arms.length);
  let allBelow = 0;
  let before = arms.map(() => 0);
  for (let i = 1; i <= STEPS; i++) {
    const x = low + i * step;
    const now = means.map((mean, k) => normalCdf((x - mean) / sds[k]!));
    const middle = now.map((value, k) => (value + before[k]!) / 2);
    allBelow += middle.reduce((product, value) => product * value, 1) * step;
    for (let k = 0; k < arms.length; k++) {
      const others = middle.reduce((product, value, j) => (j === k ? product : product * value), 1);
      best[k]! += (now[k]! - before[k]!) * others;
    }
    before = now;
  }
  const total = best.reduce((sum, p) => sum + p, 0);
  const expectedBest = high - allBelow;
  return means.map((mean, k) => ({
    probabilityOfBest: best[k]! / total,
    expectedLoss: Math.max(0, expectedBest - mean),
  }));
}
