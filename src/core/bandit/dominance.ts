import { betaMean, betaVariance, type Beta } from './beta-distribution.js';

/** One model as it is compared. */
export interface Contender {
  readonly quality: Beta;
  /** Mean cost a call; absent where none was reported. */
  readonly costNanoUsd?: number;
}

/** Standard errors of a one-sided 95 %. */
const Z_ONE_SIDED_95 = 1.6448536269514722;

/**
 * For each contender the position of one that costs no more and is better with 95 % probability; `undefined` where
 * there is none. Of several, the best.
 *
 * Formula: (m₁ − m₂)/√(v₁ + v₂) > 1.645, a normal approximation of two independent posteriors.
 */
export function dominators(contenders: readonly Contender[]): (number | undefined)[] {
  const moments = contenders.map(({ quality }) => ({
    mean: betaMean(quality),
    variance: betaVariance(quality),
  }));
  return contenders.map(({ costNanoUsd }, i) => {
    const own = moments[i]!;
    let best: number | undefined;
    contenders.forEach(({ costNanoUsd: otherCost }, j) => {
      if (costNanoUsd === undefined || otherCost === undefined || otherCost > costNanoUsd) return;
      const other = moments[j]!;
      const z = (other.mean - own.mean) / Math.sqrt(other.variance + own.variance);
      if (z <= Z_ONE_SIDED_95) return;
      if (best === undefined || other.mean > moments[best]!.mean) best = j;
    });
    return best;
  });
}
