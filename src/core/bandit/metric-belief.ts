import type { Beta } from './beta-distribution.js';

/** A belief about a rate: its mean and variance, and its Beta where it is one. */
export interface MetricBelief {
  readonly mean: number;
  readonly variance: number;
  /** The part of the variance that slopes on the context have; absent where there is no context. */
  readonly slopeVariance?: number;
  /** Variance of one outcome around the mean. */
  readonly noise: number;
  readonly beta?: Beta;
}

/** A rate as people see it: a regression may predict a little beyond [0, 1]. */
export const clampedRate = (value: number): number => Math.min(Math.max(value, 0), 1);

/** A log-normal belief about a length or a duration, with the plain mean beside it. */
export interface LengthBelief {
  /** Mean of the values, shrunk; not the log-normal's, which a few outcomes would blow up. */
  readonly mean: number;
  /** Mean and standard deviation of the logarithm, for quantiles; the median is e^logMean. */
  readonly logMean: number;
  readonly logSd: number;
  /** Decayed number of outcomes of this use case behind it. */
  readonly observations: number;
}

/** Standard normal quantile of 0.9: both ends of an 80 % interval. */
export const Z_90 = 1.2815515655446004;

/** The 10 %, 50 % and 90 % points of what is not known yet. */
export interface Quantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** Of a log-normal, cut at a most. */
export function quantilesOf({ logMean, logSd }: LengthBelief, most = Infinity): Quantiles {
  const at = (z: number): number => Math.min(most, Math.exp(logMean + z * logSd));
  return { p10: at(-Z_90), p50: at(0), p90: at(Z_90) };
}
