import { LINEAR, type LinearSums } from './linear-sums.js';

/**
 * What one arm says of slopes alone: sums about its own mean, so that its level, whatever it is, drops out.
 * Coordinates are those of the context without the intercept.
 */
export interface CentredSums {
  readonly slopes: number;
  /** Σw. */
  readonly weight: number;
  /** Σw·(x − x̄)(x − x̄)ᵀ, lower triangle row by row. */
  readonly xx: Float64Array;
  /** Σw·(x − x̄)·y. */
  readonly xy: Float64Array;
}

/**
 * Centres the sum of parts: S_ss − s·sᵀ/n and b_s − s·b₀/n, where s are the slopes' column of the intercept, whose
 * coordinate is 1. The same as regressing on an intercept with a flat prior.
 *
 * Source: Frisch & Waugh (1933); Searle, Linear Models, §3.6.
 *
 * @param factor weight that the sums have now.
 */
export function centredSums(parts: readonly LinearSums[], factor: number): CentredSums {
  const slopes = parts[0]!.size - 1;
  const column = new Float64Array(slopes);
  const xx = new Float64Array((slopes * (slopes + 1)) / 2);
  const xy = new Float64Array(slopes);
  let n = 0;
  let y = 0;
  let weight = 0;
  for (const sums of parts) {
    n += sums.xx[0]!;
    y += sums.xy[0]!;
    weight += sums.scalars[LINEAR.w]!;
    let [from, to] = [1, 0];
    for (let i = 0; i < slopes; i++) {
      xy[i]! += sums.xy[i + 1]!;
      column[i]! += sums.xx[from++]!;
      for (let j = 0; j <= i; j++) xx[to++]! += sums.xx[from++]!;
    }
  }
  let at = 0;
  for (let i = 0; i < slopes; i++) {
    const share = n > 0 ? column[i]! / n : 0;
    xy[i] = factor * (xy[i]! - share * y);
    for (let j = 0; j <= i; j++, at++) xx[at] = factor * (xx[at]! - share * column[j]!);
  }
  return { slopes, weight: factor * weight, xx, xy };
}
