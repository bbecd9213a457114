/** A dense matrix, row by row; for tests, which may be slow and must be plain. */
export type Matrix = readonly (readonly number[])[];

/** Solves A·x = b by Gaussian elimination with partial pivoting (Golub & Van Loan, Matrix Computations, §3.4). */
export function solveDense(matrix: Matrix, right: readonly number[]): number[] {
  const size = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let c = 0; c < size; c++) {
    let pivot = c;
    for (let r = c + 1; r < size; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    for (let r = c + 1; r < size; r++) {
      const share = rows[r]![c]! / rows[c]![c]!;
      for (let k = c; k <= size; k++) rows[r]![k]! -= share * rows[c]![k]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let r = size - 1; r >= 0; r--) {
    let rest = rows[r]![size]!;
    for (let k = r + 1; k < size; k++) rest -= rows[r]![k]! * solution[k]!;
    solution[r] = rest / rows[r]![r]!;
  }
  return solution;
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
