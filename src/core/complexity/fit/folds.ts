import { concordance } from './concordance.js';
import { linearScore } from './design.js';
import type { FitExample } from './example.js';
import { fitLogistic, type Design, type Penalties } from './logistic.js';

/** Rows that are left out of a fit at once, and those that it is fitted to. */
export interface Fold {
  readonly name: string;
  readonly held: Int32Array;
  readonly rest: Int32Array;
}

export interface Folds {
  /** Whether whole families are left out, so that what is measured holds for sources that were not seen. */
  readonly byFamily: boolean;
  readonly folds: readonly Fold[];
}

/** With fewer families, each source is split instead. */
export const FAMILIES_LEAST = 3;
const SPLITS = 5;

export function foldsOf(examples: readonly FitExample[]): Folds {
  const families = [...new Set(examples.map(({ family }) => family))];
  const byFamily = families.length >= FAMILIES_LEAST;
  const names = byFamily ? families : Array.from({ length: SPLITS }, (_, i) => `part ${i + 1}`);
  const fold = (name: string, i: number): Fold => {
    const [held, rest]: [number[], number[]] = [[], []];
    examples.forEach(({ family }, row) =>
      ((byFamily ? family === name : row % SPLITS === i) ? held : rest).push(row),
    );
    return { name, held: Int32Array.from(held), rest: Int32Array.from(rest) };
  };
  return { byFamily, folds: names.map(fold) };
}

/** Scores of all rows, each by a fit that did not see its fold. In logits, without intercepts. */
export function heldOutScores(
  design: Design,
  { folds }: Folds,
  fit: { readonly columns: readonly number[]; readonly penalties: Penalties },
): Float64Array {
  const scores = new Float64Array(design.rows);
  for (const { held, rest } of folds) {
    const fitted = fitLogistic(design, { rows: rest, ...fit });
    for (const row of held) scores[row] = linearScore(design, row, fitted);
  }
  return scores;
}

/** Concordance in each fold; undefined where a fold's sources have but one outcome. */
export function concordances(
  design: Design,
  { folds }: Folds,
  scores: Float64Array,
): readonly (number | undefined)[] {
  return folds.map(({ held }) =>
    concordance({ scores, targets: design.targets, groups: design.groups, rows: held }),
  );
}
