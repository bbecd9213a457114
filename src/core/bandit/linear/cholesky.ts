/**
 * Cholesky's factor of a symmetric positive definite matrix, in place: the lower triangle of A becomes L, A = L·Lᵀ.
 * @param matrix size × size, row by row; only its lower triangle is read and written.
 * @returns ln det L, half of ln det A.
 * @throws RangeError where A is not positive definite.
 *
 * Source: Golub & Van Loan, Matrix Computations, §4.2.
 */
export function factorize(matrix: Float64Array, size: number): number {
  let logDeterminant = 0;
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (i !== j) matrix[i * size + j] = sum / matrix[j * size + j]!;
      else if (sum > 0) {
        const diagonal = Math.sqrt(sum);
        matrix[j * size + j] = diagonal;
        logDeterminant += Math.log(diagonal);
      } else throw new RangeError('a precision matrix is not positive definite');
    }
  }
  return logDeterminant;
}

/** L⁻¹b in place, from a row on where b is zero above it. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array, from = 0): void {
  for (let i = from; i < size; i++) {
    let sum = b[i]!;
    for (let k = from; k < i; k++) sum -= factor[i * size + k]! * b[k]!;
    b[i] = sum / factor[i * size + i]!;
  }
}

/** L⁻ᵀb in place, down to a row: those above it stay as they are. */
export function solveUpper(factor: Float64Array, size: number, b: Float64Array, downTo = 0): void {
  for (let i = size - 1; i >= downTo; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < size; k++) sum -= factor[k * size + i]! * b[k]!;
    b[i] = sum / factor[i * size + i]!;
  }
}

/** A⁻¹ in full, of a matrix given by its lower triangle. @throws RangeError where it is not positive definite. */
export function invertPositiveDefinite(matrix: Float64Array, size: number): Float64Array {
  const factor = matrix.slice();
  factorize(factor, size);
  const inverse = new Float64Array(size * size);
  const column = new Float64Array(size);
  for (let c = 0; c < size; c++) {
    column.fill(0);
    column[c] = 1;
    solveLower(factor, size, column, c);
    solveUpper(factor, size, column, c);
    for (let i = c; i < size; i++) {
      inverse[i * size + c] = column[i]!;
      inverse[c * size + i] = column[i]!;
    }
  }
  return inverse;
}
