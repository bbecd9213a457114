import type { PromptReviewSettings } from './review-settings.js';

export const PROMPT_RECOMMENDATIONS = ['promote', 'retire', 'keep_exploring', 'none'] as const;
/** What to do with a variant; `none` where it is not active, or the only active one of its model. */
export type PromptRecommendation = (typeof PROMPT_RECOMMENDATIONS)[number];

/** How a variant does among the active ones of its model. */
export interface VariantStanding {
  /** Quality outcomes, decayed. */
  readonly observations: number;
  readonly probabilityOfBest: number;
  /** E[max q − q], in quality. */
  readonly expectedLoss: number;
  /** Active variants of the model, itself among them; 0 where it is not active. */
  readonly rivals: number;
}

/** A poor variant gets few requests: it is judged on this share of the outcomes that a good one needs. */
const RETIRED_AT_SHARE = 0.25;

/**
 * Promotes what is best with high probability at a small expected loss, and retires what is hardly the best and would
 * lose more than that.
 */
export function recommendationFor(
  { observations, probabilityOfBest, expectedLoss, rivals }: VariantStanding,
  { minOutcomes, promoteAt, maxExpectedLoss, retireBelow }: PromptReviewSettings,
): PromptRecommendation {
  if (rivals < 2) return 'none';
  if (observations >= minOutcomes && probabilityOfBest >= promoteAt && expectedLoss <= maxExpectedLoss) {
    return 'promote';
  }
  const isJudged = observations >= RETIRED_AT_SHARE * minOutcomes;
  return isJudged && probabilityOfBest < retireBelow && expectedLoss > maxExpectedLoss
    ? 'retire'
    : 'keep_exploring';
}
