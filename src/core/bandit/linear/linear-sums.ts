/**
 * Sufficient statistics of a linear regression, as decayed sums under one landmark: Σw·x·xᵀ (lower triangle,
 * row by row), Σw·y·x, Σw·y², Σw, Σw², and Σw·r² and Σw·|r| of the residuals against the prediction that the ticket
 * carried.
 * Sums merge by adding and move by scaling, in any order.
 *
 * Source: Bishop, Pattern Recognition and Machine Learning, §3.3.1; decay as in Cormode et al. (ICDE 2009).
 */
export interface LinearSums {
  readonly size: number;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  /** Σw, Σw², Σw·y², Σw·r², Σw·e^y, Σw·e^p, Σw·|r|: see `LINEAR`. */
  readonly scalars: Float64Array;
}

/** Places in `scalars`. The last three are for logarithms y: what a smearing factor and a robust spread are made of. */
export const LINEAR = { w: 0, w2: 1, yy: 2, rr: 3, expY: 4, expP: 5, absR: 6, count: 7 } as const;

export function emptyLinearSums(size: number): LinearSums {
  return {
    size,
    xx: new Float64Array((size * (size + 1)) / 2),
    xy: new Float64Array(size),
    scalars: new Float64Array(LINEAR.count),
  };
}

/** One observation: y at x, what was predicted for it, and the weight of its event time. */
export interface LinearObservation {
  readonly x: Float64Array;
  readonly y: number;
  readonly predicted: number;
  readonly weight: number;
  /** Whether y is a logarithm, so that the sums for smearing are wanted. */
  readonly logarithmic: boolean;
}

export function addObservation(sums: LinearSums, observation: LinearObservation): void {
  const { x, y, predicted, weight, logarithmic } = observation;
  const { xx, xy, scalars, size } = sums;
  for (let i = 0, row = 0; i < size; row += ++i) {
    const wx = weight * x[i]!;
    // Hashed words that a request does not have.
    if (wx === 0) continue;
    xy[i]! += wx * y;
    addScaled(xx, row, wx, x, i + 1);
  }
  scalars[LINEAR.w]! += weight;
  scalars[LINEAR.w2]! += weight * weight;
  scalars[LINEAR.yy]! += weight * y * y;
  scalars[LINEAR.rr]! += weight * (y - predicted) ** 2;
  if (logarithmic) {
    scalars[LINEAR.expY]! += weight * Math.exp(y);
    scalars[LINEAR.expP]! += weight * Math.exp(predicted);
    scalars[LINEAR.absR]! += weight * Math.abs(y - predicted);
  }
}

/** Adds s·x to `count` sums from a place on; four at a time, which folds a log a third faster. */
function addScaled(sums: Float64Array, from: number, s: number, x: Float64Array, count: number): void {
  let j = 0;
  let at = from;
  for (; j + 4 <= count; j += 4, at += 4) {
    sums[at]! += s * x[j]!;
    sums[at + 1]! += s * x[j + 1]!;
    sums[at + 2]! += s * x[j + 2]!;
    sums[at + 3]! += s * x[j + 3]!;
  }
  for (; j < count; j++, at++) sums[at]! += s * x[j]!;
}

/** Scales all sums, as when their landmark moves: Σw² by the square. */
export function scaleLinearSums({ xx, xy, scalars }: LinearSums, factor: number): void {
  for (let i = 0; i < xx.length; i++) xx[i]! *= factor;
  for (let i = 0; i < xy.length; i++) xy[i]! *= factor;
  for (let i = 0; i < scalars.length; i++) scalars[i]! *= i === LINEAR.w2 ? factor * factor : factor;
}
