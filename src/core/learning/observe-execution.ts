import { unpackInterval } from '../cost/cost-interval.js';
import type { Execution, Outcome, OutcomeStatus } from '../outcome/outcome.js';
import { STAT, type ArmStats, type StatGroup } from './arm-stats.js';

/**
 * What an execution's status says of the model's success: 1 or 0, or nothing. A content filter, an
 * over-long prompt, a malformed request and a caller who gave up are not the model's doing.
 */
export const SUCCESS_OF_STATUS: Readonly<Record<OutcomeStatus, 0 | 1 | null>> = {
  success: 1,
  rate_limited: 0,
  timeout: 0,
  server_error: 0,
  content_filtered: null,
  context_too_long: null,
  invalid_request: null,
  cancelled: null,
};

/** Below one token or one millisecond a logarithm says nothing. */
export const LEAST_POSITIVE = 1;
/** The same of a time from token to token, in milliseconds. */
export const LEAST_PER_TOKEN_MS = 0.001;
/** A reported prompt that is longer or shorter than the counted one by more than this factor was another prompt. */
const PROMPT_RATIO_MAX = 8;

type Weights = Readonly<Record<StatGroup, number>>;

/** Adds what an outcome says of success, tokens, times and cost. */
export function observeExecution(
  stats: ArmStats,
  outcome: Outcome,
  execution: Execution,
  weights: Weights,
): void {
  const success = SUCCESS_OF_STATUS[execution.status];
  if (success !== null) {
    stats[STAT.successW]! += weights.success;
    stats[STAT.successX]! += weights.success * success;
    stats[STAT.successW2]! += weights.success * weights.success;
  }
  if (execution.costNanoUsd !== undefined) {
    stats[STAT.costW]! += weights.cost;
    stats[STAT.costX]! += weights.cost * execution.costNanoUsd;
  }
  // Lengths, times and costs of calls that failed are not those of answers.
  if (execution.status !== 'success') return;
  observeTokens(stats, outcome, execution, weights.tokens);
  observeTimes(stats, execution, weights.latency);
  observeComparison(stats, outcome, execution, weights.cost);
}

function observeTokens(
  stats: ArmStats,
  { expectedInputTokens }: Outcome,
  { inputTokens, outputTokens, reasoningTokens }: Execution,
  weight: number,
): void {
  if (outputTokens !== undefined) observeLogNormal(stats, STAT.tokensW, outputTokens, weight);
  if (reasoningTokens !== undefined) {
    stats[STAT.thinkingToldW]! += weight;
    if (reasoningTokens > 0) observeLogNormal(stats, STAT.thinkingW, reasoningTokens, weight);
  }
  if (inputTokens !== undefined && expectedInputTokens !== undefined && expectedInputTokens > 0) {
    const ratio = inputTokens / expectedInputTokens;
    if (ratio >= 1 / PROMPT_RATIO_MAX && ratio <= PROMPT_RATIO_MAX) {
      observeLogNormal(stats, STAT.promptW, ratio, weight, 0);
    }
  }
}

/** The whole time, the time to the first token, and from token to token after it. */
function observeTimes(
  stats: ArmStats,
  { latencyMs, timeToFirstTokenMs, outputTokens }: Execution,
  weight: number,
): void {
  if (latencyMs !== undefined) observeLogNormal(stats, STAT.latencyW, latencyMs, weight);
  if (timeToFirstTokenMs === undefined) return;
  observeLogNormal(stats, STAT.firstTokenW, timeToFirstTokenMs, weight);
  const perTokenMs = msPerOutputToken({ latencyMs, timeToFirstTokenMs, outputTokens });
  if (perTokenMs !== undefined)
    observeLogNormal(stats, STAT.perTokenW, perTokenMs, weight, LEAST_PER_TOKEN_MS);
}

type Times = { readonly [Field in 'latencyMs' | 'timeToFirstTokenMs' | 'outputTokens']: number | undefined };

/** Time from token to token after the first; unknown where a time or the length was not told. */
export function msPerOutputToken({ latencyMs, timeToFirstTokenMs, outputTokens }: Times): number | undefined {
  if (latencyMs === undefined || timeToFirstTokenMs === undefined) return undefined;
  if (outputTokens === undefined || outputTokens <= 1) return undefined;
  return (latencyMs - timeToFirstTokenMs) / (outputTokens - 1);
}

/** What the call cost against what its ticket expected. */
function observeComparison(
  stats: ArmStats,
  { expectedCostNanoUsd, costInterval }: Outcome,
  { costNanoUsd }: Execution,
  weight: number,
): void {
  if (costNanoUsd === undefined || costInterval === undefined || expectedCostNanoUsd === 0) return;
  const { lowNanoUsd, highNanoUsd } = unpackInterval(expectedCostNanoUsd, costInterval);
  stats[STAT.comparedW]! += weight;
  stats[STAT.comparedActual]! += weight * costNanoUsd;
  stats[STAT.comparedExpected]! += weight * expectedCostNanoUsd;
  if (costNanoUsd > highNanoUsd) stats[STAT.comparedAbove]! += weight;
  else if (costNanoUsd >= lowNanoUsd) stats[STAT.comparedInside]! += weight;
}

/** Adds to four sums from `first` on: Σw, Σw·x, Σw·ln x, Σw·(ln x)². */
function observeLogNormal(
  stats: ArmStats,
  first: number,
  value: number,
  weight: number,
  least = LEAST_POSITIVE,
): void {
  const ln = Math.log(Math.max(value, least));
  stats[first]! += weight;
  stats[first + 1]! += weight * value;
  stats[first + 2]! += weight * ln;
  stats[first + 3]! += weight * ln * ln;
}
