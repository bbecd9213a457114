import type { BetaView } from '../../src/admin/views.js';

/** Lanczos' coefficients for g = 7 and n = 9 (Godfrey 2001); a relative error near 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const t = y + 7.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (y + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Density of a Beta at x in (0, 1). */
export function betaDensity({ alpha, beta }: BetaView, x: number): number {
  return Math.exp((alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x) - logBeta(alpha, beta));
}

export const betaMean = ({ alpha, beta }: BetaView): number => alpha / (alpha + beta);

export const betaSd = ({ alpha, beta }: BetaView): number =>
  Math.sqrt((alpha * beta) / (alpha + beta + 1)) / (alpha + beta);

/**
 * What a prior expects of the next n outcomes that are right or wrong: the probability of k right ones, for k from 0.
 * Beta-binomial: C(n, k)·B(k + α, n − k + β)/B(α, β).
 */
export function priorPredictive({ alpha, beta }: BetaView, n: number): number[] {
  const whole = logBeta(alpha, beta);
  return Array.from({ length: n + 1 }, (_, k) => {
    const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
    return Math.exp(choose + logBeta(k + alpha, n - k + beta) - whole);
  });
}
