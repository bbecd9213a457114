import { SUM, type ClusterSums } from './cluster-sums.js';
import { linearisedMoments, ratioMean, type RatioMean } from './ratio-mean.js';

/** Means of arms with what the covariate explains taken away. */
export interface Adjusted {
  readonly means: readonly RatioMean[];
  /** How much of the metric goes with the covariate. */
  readonly theta: number;
  /** Share of the variance that is gone, over all arms. */
  readonly varianceReduction: number;
}

/**
 * CUPED for ratios: R − θ·(S − S̄), S the arm's mean of the covariate, S̄ that of all arms. θ is that of all arms
 * together, so that the difference of two arms stays unbiased; arms are drawn, so S differs from S̄ by chance alone.
 *
 * Formulas: θ = Σ l_Y·l_Z/Σ l_Z², with l_Y = Y − R·X and l_Z = Z − S·X of each unit;
 * var = n/(n − 1)·Σ(l_Y − θ·l_Z)²/(ΣX)².
 * Sources: Deng, Xu, Kohavi & Walker, Improving the Sensitivity of Online Controlled Experiments by Utilizing
 * Pre-Experiment Data (WSDM 2013); for ratios Deng, Knoblich & Lu (KDD 2018), §4.
 */
export function adjustedMeans(arms: readonly ClusterSums[]): Adjusted {
  const moments = arms.map(linearisedMoments);
  const total = (key: 'yy' | 'yz' | 'zz'): number =>
    moments.reduce((sum, { [key]: value }) => sum + (Number.isFinite(value) ? value : 0), 0);
  const zz = total('zz');
  const theta = zz > 0 ? total('yz') / zz : 0;
  const counts = arms.reduce((sum, arm) => sum + arm[SUM.x]!, 0);
  const covariateMean = arms.reduce((sum, arm) => sum + arm[SUM.z]!, 0) / counts;
  const means = arms.map((arm, k): RatioMean => {
    const plain = ratioMean(arm);
    const { yy, yz, zz: ownZz } = moments[k]!;
    const squares = Math.max(0, yy - 2 * theta * yz + theta * theta * ownZz);
    const { units, count } = plain;
    const standardError = units < 2 ? NaN : Math.sqrt((units / (units - 1)) * squares) / count;
    const mean = plain.mean - theta * (arm[SUM.z]! / count - covariateMean);
    return { units, count, mean, standardError, unitSd: standardError * Math.sqrt(units) };
  });
  const yy = total('yy');
  const left = yy - 2 * theta * total('yz') + theta * theta * zz;
  return { means, theta, varianceReduction: yy > 0 ? Math.min(1, Math.max(0, 1 - left / yy)) : 0 };
}
