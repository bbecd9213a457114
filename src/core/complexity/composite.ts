import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../profile.js';
import type { ComplexitySettings } from './settings.js';

/**
 * Weighted mean of the dimension scores.
 * @param dimensions scores in [0, 1].
 * @returns a number in [0, 1].
 */
export function compositeOf(
  dimensions: DimensionScores,
  settings: Pick<ComplexitySettings, 'weights'>,
): number {
  let sum = 0;
  let weightSum = 0;
  for (const dimension of COMPLEXITY_DIMENSIONS) {
    sum += settings.weights[dimension] * dimensions[dimension];
    weightSum += settings.weights[dimension];
  }
  return Math.min(1, sum / weightSum);
}
