const STEPS_MAX = 250;
const RESIDUAL_SHARE = 1e-4;

export interface LinearSystem {
  /** The matrix's diagonal, all positive: the preconditioner. */
  readonly diagonal: Float64Array;
  readonly right: Float64Array;
  /** The matrix, symmetric and positive definite, times a vector. */
  readonly times: (vector: Float64Array) => Float64Array;
}

/**
 * Solves A·x = b to a ten-thousandth of b's length, or as near as 250 steps come.
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., §11.5 (Jacobi preconditioning).
 */
export function conjugateGradient({ diagonal, right, times }: LinearSystem): Float64Array {
  const size = right.length;
  const x = new Float64Array(size);
  const residual = right.slice();
  const scaled = residual.map((value, i) => value / diagonal[i]!);
  let direction = scaled.slice();
  let product = dot(residual, scaled);
  const enough = RESIDUAL_SHARE ** 2 * product;
  for (let step = 0; step < STEPS_MAX && product > enough; step++) {
    const image = times(direction);
    const share = product / dot(direction, image);
    for (let i = 0; i < size; i++) {
      x[i]! += share * direction[i]!;
      residual[i]! -= share * image[i]!;
      scaled[i] = residual[i]! / diagonal[i]!;
    }
    const next = dot(residual, scaled);
    direction = scaled.map((value, i) => value + (next / product) * direction[i]!);
    product = next;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
