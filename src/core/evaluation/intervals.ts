import { NORMAL_975 } from '../bandit/normal-quantile.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const ALPHA = 0.05;

/**
 * A 95 % interval for the mean of the terms' conditional means, by the martingale central limit theorem: no term needs
 * to be independent of those before it.
 *
 * Formula: m̂ ± 1.96·√(Σ(Z_t − m̂)²/(n − 1)/n). The spread about one mean is at least that about the conditional means,
 * so it errs to the wide side where these move.
 * Source: Hall & Heyde, Martingale Limit Theory (1980), §3; for adaptive logs Hadad et al. (PNAS 2021).
 */
export function martingaleInterval(terms: readonly number[], mean: number): Interval {
  const n = terms.length;
  if (n < 2) return { low: -Infinity, high: Infinity };
  const squares = terms.reduce((sum, term) => sum + (term - mean) ** 2, 0);
  const half = NORMAL_975 * Math.sqrt(squares / (n - 1) / n);
  return { low: mean - half, high: mean + half };
}

/**
 * What is known of a mean where n draws of numbers in [0, 1] were all alike, so that no spread can be estimated: others
 * are rarer than this at level 1 − α, and the mean is no further away.
 *
 * Formula: ln(2/α)/n, from P(n alike) ≤ (1 − p)ⁿ ≤ e^(−p·n).
 */
export const rarityOfOthers = (n: number, alpha = ALPHA): number => Math.log(2 / alpha) / n;

/** A variance below this is rounding: numbers that were told apart so little are alike. */
export const ALIKE_VARIANCE_MOST = 1e-12;

/** λ of one term is at most this, so that ψ stays finite. */
const LAMBDA_MOST = 0.5;

/**
 * A 95 % interval that holds at any sample size, for terms in a known range whose conditional means may be anything:
 * the predictable plug-in empirical Bernstein confidence interval.
 *
 * Formula, on terms scaled to [0, 1]: Σλ_t·X_t/Σλ_t ± (ln(2/α) + Σv_t·ψ(λ_t))/Σλ_t with v_t = 4(X_t − μ̂_{t−1})²,
 * ψ(λ) = (−ln(1 − λ) − λ)/4 and λ_t = √(2·ln(2/α)/(σ̂²_{t−1}·n)), at most ½; μ̂ and σ̂² start at ½ and ¼ as of one term.
 * Source: Waudby-Smith & Ramdas, Estimating means of bounded random variables by betting (JRSS B 2024), Theorem 2 and
 * Remark 1. The estimand is the λ-weighted mean of the conditional means, which is their mean where they do not move.
 */
export function bernsteinInterval(terms: readonly number[], { low, high }: Interval): Interval {
  const n = terms.length;
  const range = high - low;
  if (!(range > 0)) return { low, high };
  const bound = Math.log(2 / ALPHA);
  let [mean, variance] = [0.5, 0.25];
  let [sum, squares] = [0.5, 0.25];
  let [lambdas, weighted, penalty] = [0, 0, 0];
  for (let t = 0; t < n; t++) {
    const x = (terms[t]! - low) / range;
    const lambda = Math.min(LAMBDA_MOST, Math.sqrt((2 * bound) / (variance * n)));
    const psi = (-Math.log(1 - lambda) - lambda) / 4;
    lambdas += lambda;
    weighted += lambda * x;
    penalty += 4 * (x - mean) ** 2 * psi;
    sum += x;
    mean = sum / (t + 2);
    squares += (x - mean) ** 2;
    variance = squares / (t + 2);
  }
  const centre = weighted / lambdas;
  const half = (bound + penalty) / lambdas;
  return {
    low: low + range * Math.max(0, centre - half),
    high: low + range * Math.min(1, centre + half),
  };
}
