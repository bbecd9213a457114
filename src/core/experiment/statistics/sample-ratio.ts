import { logGamma } from '../../bandit/log-gamma.js';

/** Below this p-value shares of units are not what was drawn: something loses units of one arm. */
export const SAMPLE_RATIO_ALARM = 0.001;

/**
 * Strength of the alternative: Dirichlet(strength·shares). Large enough to see shares that are some percent off, which
 * is what broken experiments have.
 */
const STRENGTH = 1_000;

/**
 * ln of an e-process against "units fall into groups with these shares": the evidence of counts under a Dirichlet
 * around the shares, over that under the shares themselves. It exceeds 1/α at any time with probability at most α.
 *
 * Formula: ln B(a + c) − ln B(a) − Σ c_k·ln s_k, with a = strength·s and B the multivariate beta function.
 * Source: Lindon & Malek, Anytime-Valid Inference for Multinomial Count Data (NeurIPS 2022), §3.
 *
 * @param shares sum to 1; a group with share 0 cannot have units, and one that has is evidence without bound.
 */
export function logSampleRatioEvidence(counts: readonly number[], shares: readonly number[]): number {
  let evidence = 0;
  let total = 0;
  for (let k = 0; k < counts.length; k++) {
    const [count, share] = [counts[k]!, shares[k]!];
    if (share <= 0) {
      if (count > 0) return Infinity;
      continue;
    }
    const prior = STRENGTH * share;
    evidence += logGamma(prior + count) - logGamma(prior) - count * Math.log(share);
    total += count;
  }
  return evidence + logGamma(STRENGTH) - logGamma(STRENGTH + total);
}

/** The p-value of the largest evidence that was ever seen; may be read at any time. */
export const sampleRatioPValue = (largestLogEvidence: number): number =>
  Math.min(1, Math.exp(-largestLogEvidence));
