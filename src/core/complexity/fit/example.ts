import type { DimensionScores } from '../../profile.js';

/** One request with what came of it. */
export interface FitExample {
  /** What shares a base rate: a data set, or a use case and model of a log. It gets an intercept of its own. */
  readonly source: string;
  /** What is left out at once in validation: sources that share requests are of one family. */
  readonly family: string;
  readonly dimensions: DimensionScores;
  /** In [0, 1]; 1 where a stronger model was needed. */
  readonly target: number;
  /** Hashed words of unit length, all examples' alike; absent where none are fitted. */
  readonly words?: Float64Array;
}
