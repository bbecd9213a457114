import type { DimensionScores } from '../profile.js';

/** How dimension scores become a composite and a level; parsed from `rules/complexity.json`. */
export interface ComplexitySettings {
  /** Weight of each dimension, ≥ 0 and finite: on any scale in the weighted mean, in logits where `logistic` is. */
  readonly weights: DimensionScores;
  /** Absent: the composite is the weighted mean of the dimensions. */
  readonly logistic?: LogisticForm;
  /** 0 < medium < high < 1: the composite from which a request is of that level. */
  readonly thresholds: { readonly medium: number; readonly high: number };
}

/** The composite is σ(intercept + Σ weight·score + Σ word weight·bucket). */
export interface LogisticForm {
  /** In logits. */
  readonly intercept: number;
  /** One weight for each bucket of hashed words and bigrams, in logits; absent for none. */
  readonly words?: readonly number[];
}

/** Hashed words that a composite may weigh. */
export const WORD_BUCKETS_MAX = 16_384;
