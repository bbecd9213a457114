/** Quantile 0.975 of Student's t for 1 to 30 degrees of freedom. Source: NIST/SEMATECH e-Handbook, table 1.3.6.7.2. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;
const Z_975 = 1.96;

/** A mean and half its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly half: number;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean ± t₀.₉₇₅,ₙ₋₁·s/√n over seeds; no interval for one. */
export function estimate(values: readonly number[]): Estimate {
  const mean = meanOf(values);
  const n = values.length;
  if (n < 2) return { mean, half: 0 };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: (T_975[n - 2] ?? Z_975) * Math.sqrt(variance / n) };
}

/**
 * Quantile with linear interpolation between order statistics (type 7).
 * @throws RangeError on no values. Source: Hyndman & Fan, The American Statistician 50 (1996).
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs values');
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
