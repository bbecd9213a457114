import { COMPLEXITY_DIMENSIONS, type ComplexityDimension } from '../../profile.js';
import { concordances, heldOutScores, type Folds } from './folds.js';
import { fitLogistic, type Design, type Penalties } from './logistic.js';

/** What one more dimension brings on what was left out. */
export interface SelectionStep {
  readonly dimension: ComplexityDimension;
  /** Mean over the folds of the concordance gained, and its standard error. */
  readonly gain: number;
  readonly standardError: number;
  readonly kept: boolean;
}

export interface Selection {
  /** Indices into COMPLEXITY_DIMENSIONS. */
  readonly columns: readonly number[];
  readonly steps: readonly SelectionStep[];
}

interface Candidate {
  readonly column: number;
  readonly reached: readonly (number | undefined)[];
  readonly gain: number;
  readonly standardError: number;
}

const CHANCE = 0.5;
const STANDARD_ERRORS = 2;

/**
 * Adds one dimension after another, each time the one that gains most on the folds left out, as long as the mean gain
 * exceeds twice its standard error over the folds. A dimension that would get a negative weight, or give another one, is not
 * taken: more of a dimension never means a simpler request.
 *
 * Source: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed., §3.3.2 and §7.10, with
 * two standard errors, as ten dimensions are tried.
 */
export function selectDimensions(design: Design, folds: Folds, penalties: Penalties): Selection {
  let columns: readonly number[] = [];
  let reached: readonly (number | undefined)[] = folds.folds.map(() => CHANCE);
  const steps: SelectionStep[] = [];
  while (columns.length < COMPLEXITY_DIMENSIONS.length) {
    const best = bestNext({ design, folds, penalties }, columns, reached);
    if (best === undefined) break;
    const { column, gain, standardError } = best;
    const kept = gain > STANDARD_ERRORS * standardError;
    steps.push({ dimension: COMPLEXITY_DIMENSIONS[column]!, gain, standardError, kept });
    if (!kept) break;
    columns = [...columns, column];
    reached = best.reached;
  }
  return { columns, steps };
}

function bestNext(
  { design, folds, penalties }: { design: Design; folds: Folds; penalties: Penalties },
  columns: readonly number[],
  before: readonly (number | undefined)[],
): Candidate | undefined {
  const rows = Int32Array.from({ length: design.rows }, (_, row) => row);
  let best: Candidate | undefined;
  for (let column = 0; column < COMPLEXITY_DIMENSIONS.length; column++) {
    if (columns.includes(column)) continue;
    const wider = [...columns, column];
    const { coefficients } = fitLogistic(design, { rows, columns: wider, penalties });
    if (wider.some((c) => !(coefficients[c]! > 0))) continue;
    const scores = heldOutScores(design, folds, { columns: wider, penalties });
    const reached = concordances(design, folds, scores);
    const candidate = { column, reached, ...gainOf(reached, before) };
    if (best === undefined || candidate.gain > best.gain) best = candidate;
  }
  return best;
}

function gainOf(
  after: readonly (number | undefined)[],
  before: readonly (number | undefined)[],
): { gain: number; standardError: number } {
  const gains = after.flatMap((value, i) => (value === undefined ? [] : [value - (before[i] ?? CHANCE)]));
  const n = gains.length;
  const gain = gains.reduce((sum, value) => sum + value, 0) / n;
  const square = gains.reduce((sum, value) => sum + (value - gain) ** 2, 0);
  return { gain, standardError: n > 1 ? Math.sqrt(square / (n - 1) / n) : Infinity };
}
