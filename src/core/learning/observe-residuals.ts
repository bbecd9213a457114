import { LOG_ONE_Q10, RATE_ONE_Q16, type Outcome } from '../outcome/outcome.js';
import { LEAST_POSITIVE, SUCCESS_OF_STATUS } from './observe-execution.js';
import { addResidual, type ResidualSums } from './residual-sums.js';

/** A length or a time that is off by more than a factor of twenty tells no more than one that is off by that. */
const LOG_RESIDUAL_MAX = Math.log(20);

/**
 * Adds what an outcome says against what its ticket predicted; tickets from before there was a prediction say nothing.
 * @param weights of its time, by position in `DRIFT_GROUPS`.
 */
export function observeResiduals(sums: ResidualSums, outcome: Outcome, weights: Float64Array): void {
  const { quality, execution } = outcome;
  if (quality !== undefined) {
    addResidual(sums, 'quality', quality.value - outcome.expectedQualityQ16 / RATE_ONE_Q16, weights);
  }
  if (execution === undefined) return;
  const success = SUCCESS_OF_STATUS[execution.status];
  if (success !== null && outcome.expectedSuccessQ16 !== undefined) {
    addResidual(sums, 'success', success - outcome.expectedSuccessQ16 / RATE_ONE_Q16, weights);
  }
  // Lengths and times of calls that failed are not those of answers.
  if (execution.status !== 'success') return;
  const { latencyMs, outputTokens } = execution;
  if (latencyMs !== undefined && outcome.expectedLogLatencyQ10 !== undefined) {
    addResidual(
      sums,
      'latency',
      logResidual(latencyMs, outcome.expectedLogLatencyQ10 / LOG_ONE_Q10),
      weights,
    );
  }
  if (outputTokens !== undefined && outcome.expectedOutputTokens !== undefined) {
    addResidual(sums, 'tokens', logResidual(outputTokens, Math.log(outcome.expectedOutputTokens)), weights);
  }
}

function logResidual(value: number, expectedLog: number): number {
  const residual = Math.log(Math.max(value, LEAST_POSITIVE)) - expectedLog;
  return Math.min(Math.max(residual, -LOG_RESIDUAL_MAX), LOG_RESIDUAL_MAX);
}
