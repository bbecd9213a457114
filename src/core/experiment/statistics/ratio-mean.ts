import { SUM, type ClusterSums } from './cluster-sums.js';

/** A mean over observations whose units were drawn. */
export interface RatioMean {
  readonly units: number;
  /** Weighted number of observations, ΣX. */
  readonly count: number;
  readonly mean: number;
  /** Of the mean, by units; NaN below two units. */
  readonly standardError: number;
  /** Of one unit's contribution to the mean: standardError·√units. */
  readonly unitSd: number;
}

/**
 * The ratio R = ΣY/ΣX and its error, with units as what varies: observations of one unit may depend on each other in
 * any way.
 *
 * Formula (delta method): var R = n/(n − 1)·Σ(Y − R·X)²/(ΣX)².
 * Source: Deng, Knoblich & Lu, Applying the Delta Method in Metric Analytics (KDD 2018), §2.
 */
export function ratioMean(sums: ClusterSums): RatioMean {
  const units = sums[SUM.n]!;
  const count = sums[SUM.x]!;
  const mean = sums[SUM.y]! / count;
  const squares = residualSquares(sums, mean);
  const standardError = units < 2 ? NaN : Math.sqrt((units / (units - 1)) * squares) / count;
  return { units, count, mean, standardError, unitSd: standardError * Math.sqrt(units) };
}

/** Σ(Y − R·X)²; rounding may not make it negative. */
const residualSquares = (sums: ClusterSums, mean: number): number =>
  Math.max(0, sums[SUM.yy]! - 2 * mean * sums[SUM.xy]! + mean * mean * sums[SUM.xx]!);

/** Sums of squares and products of the linearised metric Y − R·X and covariate Z − S·X of one arm. */
export interface LinearisedMoments {
  readonly yy: number;
  readonly yz: number;
  readonly zz: number;
}

export function linearisedMoments(sums: ClusterSums): LinearisedMoments {
  const r = sums[SUM.y]! / sums[SUM.x]!;
  const s = sums[SUM.z]! / sums[SUM.x]!;
  return {
    yy: residualSquares(sums, r),
    yz: sums[SUM.yz]! - r * sums[SUM.xz]! - s * sums[SUM.xy]! + r * s * sums[SUM.xx]!,
    zz: Math.max(0, sums[SUM.zz]! - 2 * s * sums[SUM.xz]! + s * s * sums[SUM.xx]!),
  };
}
