/**
 * Where Robbins' mixture is narrowest: ρ² for the variance V* at which the interval should be tightest.
 *
 * Formula: ρ² = (−2·ln α + ln(1 − 2·ln α))/V*.
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Time-uniform central limit theory and asymptotic confidence
 * sequences (Annals of Statistics 2024; arXiv 2103.06476), appendix on tuning ρ.
 *
 * @param variance V* > 0, of the sum.
 * @param alpha in (0, 1).
 */
export const mixtureRhoSquared = (variance: number, alpha: number): number =>
  (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / variance;

/**
 * How many standard errors an interval that holds at all times at once must reach to either side.
 *
 * For a sum S_t of increments with conditional mean zero and V_t the variance of the sum,
 * |S_t| ≤ √((V_t·ρ² + 1)/ρ²·ln((V_t·ρ² + 1)/α²)) at all t with probability 1 − α, asymptotically; divided by √V_t:
 * √((1 + 1/(V_t·ρ²))·ln((V_t·ρ² + 1)/α²)). The increments' variances may change over time, and their conditional means,
 * whose running mean is then what the interval is about.
 *
 * Where observations of one unit depend on each other, V_t is the variance by units. The process of a unit's growing
 * contribution is then more strongly correlated over time than one of independent increments with the same V_t, and
 * crosses a boundary no more often (Slepian, 1962).
 *
 * Sources: Robbins, Statistical methods related to the law of the iterated logarithm (1970); Waudby-Smith et al. (2024),
 * Gaussian mixture boundary for time-varying variances and means.
 *
 * @param variance V_t > 0.
 */
export function alwaysValidMultiplier(variance: number, rhoSquared: number, alpha: number): number {
  const scaled = variance * rhoSquared;
  return Math.sqrt((1 + 1 / scaled) * Math.log((scaled + 1) / (alpha * alpha)));
}

/**
 * A p-value that may be read at any time: the least α at which the interval leaves out zero.
 *
 * Formula: with z the difference in standard errors and v = V·ρ²: p = √(v + 1)·exp(−z²·v/(2(v + 1))), at most 1.
 * Source: the same mixture, solved for α; Johari, Koomen, Pekelis & Walsh, Always Valid Inference (Operations Research
 * 2022).
 */
export function alwaysValidPValue(z: number, variance: number, rhoSquared: number): number {
  const scaled = variance * rhoSquared;
  const exponent = -(z * z * scaled) / (2 * (scaled + 1));
  return Math.min(1, Math.sqrt(scaled + 1) * Math.exp(exponent));
}
