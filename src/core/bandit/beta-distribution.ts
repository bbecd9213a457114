import { logGamma } from './log-gamma.js';

/** Shape parameters of a Beta distribution; both finite and positive. */
export interface Beta {
  readonly alpha: number;
  readonly beta: number;
}

/** The fraction needs some √max(α, β) terms. */
const ITERATIONS_BASE = 300;
const ITERATIONS_PER_ROOT = 10;
const EPSILON = 1e-14;
const TINY = 1e-300;

export const betaMean = ({ alpha, beta }: Beta): number => alpha / (alpha + beta);

export function betaVariance({ alpha, beta }: Beta): number {
  const total = alpha + beta;
  return (alpha * beta) / (total * total * (total + 1));
}

/** ln of the Beta function B(α, β). */
export function logBeta({ alpha, beta }: Beta): number {
  return logGamma(alpha) + logGamma(beta) - logGamma(alpha + beta);
}

/**
 * P(X ≤ x) for X ~ Beta(α, β): the regularised incomplete beta function I_x(α, β).
 *
 * Lentz's continued fraction, on the side where it converges fast (Abramowitz & Stegun 26.5.8; DLMF
 * 8.17.22). `logNorm` is `logBeta(shape)`, passed in where many points of one distribution are wanted.
 */
export function betaCdf(shape: Beta, x: number, logNorm: number = logBeta(shape)): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const { alpha, beta } = shape;
  const front = Math.exp(alpha * Math.log(x) + beta * Math.log1p(-x) - logNorm);
  if (x < (alpha + 1) / (alpha + beta + 2)) return (front * continuedFraction(alpha, beta, x)) / alpha;
  return 1 - (front * continuedFraction(beta, alpha, 1 - x)) / beta;
}

function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  const iterations = ITERATIONS_BASE + ITERATIONS_PER_ROOT * Math.sqrt(Math.max(a, b));
  for (let m = 1; m <= iterations; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < EPSILON) break;
  }
  return h;
}

const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The x with P(X ≤ x) = p, by bisection to 1e-12; for reports, not for hot paths. @param p in [0, 1]. */
export function betaQuantile(shape: Beta, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile is taken at a probability, not at ${p}`);
  const logNorm = logBeta(shape);
  let low = 0;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (betaCdf(shape, middle, logNorm) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The Beta of a mean in (0, 1) and a variance; at least the uniform's two outcomes are left of it.
 *
 * Formula: α + β = m(1 − m)/v − 1.
 */
export function betaOfMoments(mean: number, variance: number): Beta {
  const total = Math.max((mean * (1 - mean)) / variance - 1, 2);
  return { alpha: mean * total, beta: (1 - mean) * total };
}

/**
 * The Beta with the mean and variance of a product of two independent Betas.
 *
 * Formula: m = m₁m₂, s = E[X²]E[Y²]; α = m(m − s)/(s − m²), β = (1 − m)(m − s)/(s − m²).
 * Source: Fan, The distribution of the product of independent beta variables (1991), which finds the
 * fit good to the third decimal over the range that matters here.
 */
export function betaOfProduct(first: Beta, second: Beta): Beta {
  const mean = betaMean(first) * betaMean(second);
  const square =
    (betaVariance(first) + betaMean(first) ** 2) * (betaVariance(second) + betaMean(second) ** 2);
  const total = (mean - square) / (square - mean * mean);
  return { alpha: mean * total, beta: (1 - mean) * total };
}
