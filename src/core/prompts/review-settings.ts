/** When outcomes are enough to say that a variant should be promoted or retired. */
export interface PromptReviewSettings {
  /** Quality outcomes, decayed, that a variant needs before anything is recommended of it. */
  readonly minOutcomes: number;
  /** Promote from this probability to be the best of its model's variants. */
  readonly promoteAt: number;
  /** Promote, or keep, only where choosing it is expected to lose at most this much quality. */
  readonly maxExpectedLoss: number;
  /** Retire below this probability to be the best. */
  readonly retireBelow: number;
  /** Whether the server retires variants made by RPC by itself. */
  readonly automatic: boolean;
}

export const REVIEW_DEFAULTS: PromptReviewSettings = {
  minOutcomes: 30,
  promoteAt: 0.95,
  maxExpectedLoss: 0.01,
  retireBelow: 0.05,
  automatic: false,
};
