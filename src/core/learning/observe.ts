import { PROPENSITY_ONE } from '../bandit/propensity.js';
import type { Execution, Outcome, OutcomeStatus } from '../outcome/outcome.js';
import { DRIFT_GROUPS, GROUP_RANGE, STAT, type ArmStats, type DecayGroup } from './arm-stats.js';

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

/** Expected qualities are logged as whole 1/65535ths. */
export const QUALITY_ONE_Q16 = 65_535;

/** Below one token or one millisecond a logarithm says nothing. */
const LEAST_POSITIVE = 1;

/** Adds one outcome to an arm's sums, with the weight of its event time per group. */
export function observe(
  stats: ArmStats,
  outcome: Outcome,
  weights: Readonly<Record<DecayGroup, number>>,
): void {
  if (outcome.quality !== undefined) {
    observeQuality(stats, outcome.quality.value, weights.quality);
    observeLabel(stats, outcome, weights.labels);
    observeResidual(stats, outcome.quality.value - outcome.expectedQualityQ16 / QUALITY_ONE_Q16, weights);
  }
  if (outcome.execution !== undefined) observeExecution(stats, outcome.execution, weights);
}

function observeQuality(stats: ArmStats, quality: number, weight: number): void {
  stats[STAT.qualityW]! += weight;
  stats[STAT.qualityX]! += weight * quality;
  stats[STAT.qualityXX]! += weight * quality * quality;
  stats[STAT.qualityW2]! += weight * weight;
}

/** A label that was asked for with probability p stands for 1/p requests. Fallbacks are not asked about. */
function observeLabel(
  stats: ArmStats,
  { attempt, quality, labelProbabilityQ16 }: Outcome,
  weight: number,
): void {
  if (attempt > 0 || quality === undefined || labelProbabilityQ16 === undefined) return;
  const w = (weight * PROPENSITY_ONE) / labelProbabilityQ16;
  stats[STAT.labelW]! += w;
  stats[STAT.labelX]! += w * quality.value;
  stats[STAT.labelXX]! += w * quality.value * quality.value;
  stats[STAT.labelW2]! += w * w;
}

/** Each memory takes the same residual, with the weight that it has there. */
function observeResidual(
  stats: ArmStats,
  residual: number,
  weights: Readonly<Record<DecayGroup, number>>,
): void {
  for (const group of DRIFT_GROUPS) {
    const { from } = GROUP_RANGE[group];
    const weight = weights[group];
    stats[from]! += weight;
    stats[from + 1]! += weight * residual;
    stats[from + 2]! += weight * weight;
  }
}

function observeExecution(
  stats: ArmStats,
  execution: Execution,
  weights: Readonly<Record<DecayGroup, number>>,
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
  // Lengths and times of calls that failed are not those of answers.
  if (execution.status !== 'success') return;
  if (execution.outputTokens !== undefined) {
    observeLogNormal(stats, STAT.tokensW, execution.outputTokens, weights.tokens);
  }
  if (execution.latencyMs !== undefined) {
    observeLogNormal(stats, STAT.latencyW, execution.latencyMs, weights.latency);
  }
}

/** Adds to four sums from `first` on: Σw, Σw·x, Σw·ln x, Σw·(ln x)². */
function observeLogNormal(stats: ArmStats, first: number, value: number, weight: number): void {
  const ln = Math.log(Math.max(value, LEAST_POSITIVE));
  stats[first]! += weight;
  stats[first + 1]! += weight * value;
  stats[first + 2]! += weight * ln;
  stats[first + 3]! += weight * ln * ln;
}
