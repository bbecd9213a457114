import type { LengthBelief } from '../bandit/metric-belief.js';
import { linearCost, type PriceTable } from './price-table.js';

/** Standard normal quantile of 0.9: both ends of an 80 % interval. */
const Z_90 = 1.2815515655446004;

/** Expected cost of one call, with its 80 % interval, in nano-USD (fractional: an estimate, not a bill). */
export interface CostEstimate {
  readonly meanNanoUsd: number;
  readonly lowNanoUsd: number;
  readonly highNanoUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What the length of an answer is bound by. */
export interface CostQuestion {
  readonly inputTokens: number;
  /** The model's output limit, or the caller's where that is lower. */
  readonly maxOutputTokens: number;
  readonly batch: boolean;
}

/** Cost from the list price and the belief about the answer's length; price changes apply at once. */
export function estimateCost(prices: PriceTable, length: LengthBelief, question: CostQuestion): CostEstimate {
  const { inputTokens, maxOutputTokens, batch } = question;
  const { fixedNanoUsd, perOutputTokenNanoUsd } = linearCost(prices, inputTokens, batch);
  const tokensAt = (z: number): number =>
    Math.min(maxOutputTokens, Math.exp(length.logMean + z * length.logSd));
  const outputTokens = Math.min(maxOutputTokens, length.mean);
  const costOf = (tokens: number): number => fixedNanoUsd + perOutputTokenNanoUsd * tokens;
  return {
    meanNanoUsd: costOf(outputTokens),
    lowNanoUsd: costOf(Math.min(tokensAt(-Z_90), outputTokens)),
    highNanoUsd: costOf(Math.max(tokensAt(Z_90), outputTokens)),
    inputTokens,
    outputTokens,
  };
}
