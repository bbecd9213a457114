import { betaCdf, betaMean, betaVariance, logBeta, type Beta } from './beta-distribution.js';

/**
 * The distribution of one arm's utility, tabulated: the probability at or below evenly spaced utilities from `low`
 * to `high`, from 0 to 1. Between them the probability is taken as linear.
 */
export interface Marginal {
  readonly low: number;
  readonly high: number;
  /** At least two values; tables that stand for the same shape may share them. */
  readonly cdf: Float64Array;
}

/** Standard deviations around the mean that a table covers, inside the support. */
const TABLE_SPAN_SD = 6;
/** Utilities closer than this are one value: an arm without variance becomes so narrow an interval. */
const LEAST_WIDTH = 1e-9;

/**
 * The utility `scale·X + shift` of X ~ Beta, tabulated at `count` points. With `scale` 0, or a Beta
 * without variance, a narrow interval around its mean, so that exact ties split evenly.
 */
export function betaMarginal(shape: Beta, scale: number, shift: number, count: number): Marginal {
  const mean = betaMean(shape);
  const halfSpan = TABLE_SPAN_SD * Math.sqrt(betaVariance(shape));
  const low = Math.max(0, mean - halfSpan);
  const high = Math.min(1, mean + halfSpan);
  if (scale * (high - low) < LEAST_WIDTH) return pointMarginal(scale * mean + shift);
  const cdf = new Float64Array(count);
  const logNorm = logBeta(shape);
  for (let i = 0; i < count; i++) {
    cdf[i] = betaCdf(shape, low + ((high - low) * i) / (count - 1), logNorm);
  }
  cdf[0] = 0;
  cdf[count - 1] = 1;
  return { low: scale * low + shift, high: scale * high + shift, cdf };
}

const EVEN = Float64Array.of(0, 1);

/** A value known for certain. */
export const pointMarginal = (value: number): Marginal => ({
  low: value - LEAST_WIDTH / 2,
  high: value + LEAST_WIDTH / 2,
  cdf: EVEN,
});

/** The probability at or below a utility. */
export function cdfAt({ low, high, cdf: table }: Marginal, u: number): number {
  if (u >= high) return 1;
  if (u <= low) return 0;
  const last = table.length - 1;
  const at = ((u - low) / (high - low)) * last;
  const cell = Math.min(Math.floor(at), last - 1);
  const left = table[cell]!;
  return left + (at - cell) * (table[cell + 1]! - left);
}
