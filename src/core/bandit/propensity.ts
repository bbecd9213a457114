import type { Rng } from '../random.js';

/** Propensities are logged as whole numbers of 1/65536, and the choice is drawn from exactly those. */
export const PROPENSITY_ONE = 65_536;

/**
 * Rounds probabilities to whole 65536ths that sum to one, by largest remainder; ties go to the lower
 * index, so that replays agree. An arm below 1/131072 may get none: it is then logged as unsupported.
 *
 * @param probabilities finite, non-negative, summing to one.
 */
export function quantizePropensities(probabilities: ArrayLike<number>): Uint32Array {
  const count = probabilities.length;
  const quantized = new Uint32Array(count);
  const remainders = new Float64Array(count);
  let left = PROPENSITY_ONE;
  for (let k = 0; k < count; k++) {
    const exact = probabilities[k]! * PROPENSITY_ONE;
    const whole = Math.floor(exact);
    quantized[k] = whole;
    remainders[k] = exact - whole;
    left -= whole;
  }
  for (; left > 0; left--) {
    let most = 0;
    for (let k = 1; k < count; k++) if (remainders[k]! > remainders[most]!) most = k;
    quantized[most]! += 1;
    remainders[most] = -1;
  }
  return quantized;
}

/** Draws an index with probability quantized[k] / 65536. */
export function drawArm(quantized: Uint32Array, rng: Rng): number {
  let left = Math.floor(rng() * PROPENSITY_ONE);
  for (let k = 0; k < quantized.length; k++) {
    left -= quantized[k]!;
    if (left < 0) return k;
  }
  throw new RangeError('propensities do not sum to one');
}
