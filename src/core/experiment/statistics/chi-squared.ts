import { logGamma } from '../../bandit/log-gamma.js';

/**
 * P(χ²_k ≥ x): the regularised upper incomplete gamma function Q(k/2, x/2).
 *
 * @param x ≥ 0.
 * @param degrees k ≥ 1.
 * Source: Abramowitz & Stegun 26.4.19, 6.5.29 (series) and 6.5.31 (continued fraction, by Lentz's method).
 */
export function chiSquaredTail(x: number, degrees: number): number {
  const a = degrees / 2;
  const z = x / 2;
  if (z <= 0) return 1;
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a));
  return z < a + 1 ? 1 - scale * lowerSeries(a, z) : scale * upperFraction(a, z);
}

const TERMS = 1_000;
const EPSILON = 1e-15;

function lowerSeries(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < TERMS && term > EPSILON * sum; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, z: number): number {
  let b = z + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const change = c * d;
    h *= change;
    if (Math.abs(change - 1) < EPSILON) break;
  }
  return h;
}

/** Pearson's χ² test of counts against shares that sum to one; 1 where nothing was counted. */
export function chiSquaredTest(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const possible = shares.filter((share) => share > 0).length;
  if (counts.some((count, k) => count > 0 && shares[k] === 0)) return 0;
  if (total === 0 || possible < 2) return 1;
  const statistic = counts.reduce((sum, count, k) => {
    const expected = total * shares[k]!;
    return expected === 0 ? sum : sum + (count - expected) ** 2 / expected;
  }, 0);
  return chiSquaredTail(statistic, possible - 1);
}
