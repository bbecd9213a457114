import type { CentredSums } from './centred-sums.js';
import { factorize, solveLower } from './cholesky.js';

/**
 * Evidence of one arm's outcomes for each of some prior precisions of its slopes, up to what is the same for all:
 * ½(p·ln λ − ln det(S + λI)) + rᵀ(S + λI)⁻¹r ÷ 2σ², r = b − S·β̄, where slopes have the prior N(β̄, σ²/λ).
 *
 * Source: Bishop, Pattern Recognition and Machine Learning, §3.5.1, with the intercept integrated out.
 *
 * @param mean β̄, the slopes' prior mean.
 * @param noiseVariance σ² > 0 of one outcome.
 * @returns log evidence, in nats, in the order of the precisions.
 */
export function slopeEvidence(
  { slopes, xx, xy }: CentredSums,
  mean: Float64Array,
  { precisions, noiseVariance }: { readonly precisions: readonly number[]; readonly noiseVariance: number },
): Float64Array {
  const residual = residualOf({ slopes, xx, xy }, mean);
  const matrix = new Float64Array(slopes * slopes);
  return Float64Array.from(precisions, (precision) => {
    fillLower(matrix, { slopes, xx });
    for (let i = 0; i < slopes; i++) matrix[i * slopes + i]! += precision;
    const logDeterminant = 2 * factorize(matrix, slopes);
    const whitened = residual.slice();
    solveLower(matrix, slopes, whitened);
    const explained = whitened.reduce((sum, value) => sum + value * value, 0);
    return (slopes * Math.log(precision) - logDeterminant + explained / noiseVariance) / 2;
  });
}

/** Unpacks a lower triangle into a full matrix's. */
export function fillLower(matrix: Float64Array, { slopes, xx }: Pick<CentredSums, 'slopes' | 'xx'>): void {
  let at = 0;
  for (let i = 0; i < slopes; i++) {
    for (let j = 0; j <= i; j++) matrix[i * slopes + j] = xx[at++]!;
  }
}

/** b − S·β̄. */
function residualOf(
  { slopes, xx, xy }: Pick<CentredSums, 'slopes' | 'xx' | 'xy'>,
  mean: Float64Array,
): Float64Array {
  const residual = xy.slice();
  let at = 0;
  for (let i = 0; i < slopes; i++) {
    for (let j = 0; j <= i; j++, at++) {
      residual[i]! -= xx[at]! * mean[j]!;
      if (i !== j) residual[j]! -= xx[at]! * mean[i]!;
    }
  }
  return residual;
}
