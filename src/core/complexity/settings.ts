import type { DimensionScores } from '../profile.js';

/** How dimension scores become a composite and a level; parsed from `rules/complexity.json`. */
export interface ComplexitySettings {
  /** Weight of each dimension, ≥ 0 and not all zero; on any scale. */
  readonly weights: DimensionScores;
  /** 0 < medium < high < 1: the composite from which a request is of that level. */
  readonly thresholds: { readonly medium: number; readonly high: number };
}
