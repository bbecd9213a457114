import { chiSquaredDistributionTable } from 'simple-statistics';

/** Pearson's χ² of counts against probabilities; categories that cannot occur must be empty. */
export function chiSquared(counts: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  return Array.from(counts).reduce((sum, count, k) => {
    const expected = total * probabilities[k]!;
    if (expected === 0) return count === 0 ? sum : Infinity;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** The value that χ² with so many degrees of freedom exceeds once in 200, from simple-statistics' table. */
export function chiSquaredLimit(degrees: number): number {
  const table = chiSquaredDistributionTable as unknown as Record<number, Record<string, number>>;
  const limit = table[degrees]?.['0.005'];
  if (limit === undefined) throw new RangeError(`the table has no row for ${degrees} degrees of freedom`);
  return limit;
}

/** Kolmogorov and Smirnov's D: the largest distance of the sample's distribution from `cdf`. */
export function kolmogorovDistance(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted.reduce((worst, x, i) => {
    const p = cdf(x);
    return Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
  }, 0);
}

/** The D that a sample of the right distribution exceeds once in 100 (Smirnov 1948; asymptotic). */
export const kolmogorovLimit = (size: number): number => 1.628 / Math.sqrt(size);

/** Half the summed differences of two distributions over the same categories. */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  return Array.from(p).reduce((sum, value, k) => sum + Math.abs(value - q[k]!) / 2, 0);
}

export const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
