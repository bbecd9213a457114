import { exposureFault } from '../core/experiment/exposure.js';
import { OUTCOME_METRICS, OUTCOME_STATUSES } from '../core/outcome/outcome.js';
import type { Execution, Outcome } from '../core/outcome/outcome.js';

const UINT32_MAX = 0xffff_ffff;
/** The dedupe key keeps an attempt in two bytes. */
const ATTEMPT_MAX = 0xffff;
const PROPENSITY_Q16_MAX = 0x1_0000;
const UINT16_MAX = 0xffff;
/** The last instant that a `Date` can name. */
const TIME_MS_MAX = 8_640_000_000_000_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DIGEST_DIGITS = 16;
const DIGEST = /^[0-9a-f]{16}$/;
const HEX_BYTES = /^(?:[0-9a-f]{2}){0,32}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

const STATUSES: ReadonlySet<string> = new Set(OUTCOME_STATUSES);
const METRICS: ReadonlySet<string> = new Set(OUTCOME_METRICS);

/** Above 0 and at most 1, in 1/65536. */
const isProbability = (q16: number): boolean => q16 > 0 && isWhole(q16, PROPENSITY_Q16_MAX);

/** What is wrong with an outcome's numbers and parts, or `undefined`: checked before a write and after a read. */
export function numericFault(outcome: Outcome): string | undefined {
  if (!isWhole(outcome.attempt, ATTEMPT_MAX)) return fault('attempt', outcome.attempt);
  if (outcome.digest.length !== DIGEST_DIGITS) return fault('digest', outcome.digest);
  if (!METRICS.has(outcome.metric)) return fault('metric', outcome.metric);
  if (!isWhole(outcome.armId, UINT32_MAX)) return fault('armId', outcome.armId);
  if (!isWhole(outcome.receiveTimeMs, TIME_MS_MAX)) return fault('receiveTimeMs', outcome.receiveTimeMs);
  if (!isWhole(outcome.eventTimeMs, outcome.receiveTimeMs)) return fault('eventTimeMs', outcome.eventTimeMs);
  if (!isWhole(outcome.propensityQ16, PROPENSITY_Q16_MAX))
    return fault('propensityQ16', outcome.propensityQ16);
  if (!isWhole(outcome.expectedQualityQ16, UINT16_MAX)) {
    return fault('expectedQualityQ16', outcome.expectedQualityQ16);
  }
  if (!isWhole(outcome.expectedCostNanoUsd)) return fault('expectedCostNanoUsd', outcome.expectedCostNanoUsd);
  if (outcome.budget !== undefined && !isWhole(outcome.budget.averageNanoUsd)) {
    return fault('budget.averageNanoUsd', outcome.budget.averageNanoUsd);
  }
  if (outcome.contextMapId !== undefined && !isWhole(outcome.contextMapId, UINT32_MAX)) {
    return fault('contextMapId', outcome.contextMapId);
  }
  const { labelProbabilityQ16 } = outcome;
  if (labelProbabilityQ16 !== undefined && !isProbability(labelProbabilityQ16)) {
    return fault('labelProbabilityQ16', labelProbabilityQ16);
  }
  const { expectedInputTokens, costInterval } = outcome;
  if (expectedInputTokens !== undefined && !isWhole(expectedInputTokens)) {
    return fault('expectedInputTokens', expectedInputTokens);
  }
  if (costInterval !== undefined && !isWhole(costInterval, UINT16_MAX)) {
    return fault('costInterval', costInterval);
  }
  for (const field of ['expectedSuccessQ16', 'expectedLogLatencyQ10'] as const) {
    const value = outcome[field];
    if (value !== undefined && !isWhole(value, UINT16_MAX)) return fault(field, value);
  }
  const { exposure } = outcome;
  const wrong = exposure && exposureFault(exposure);
  if (wrong !== undefined) return `exposure.${wrong} is out of range`;
  return partFault(outcome);
}

/** What is wrong with an outcome's texts, or `undefined`. A checksum keeps them once they are written. */
export function textFault(outcome: Outcome): string | undefined {
  if (!UUID.test(outcome.decisionId)) return fault('decisionId', outcome.decisionId);
  if (!DIGEST.test(outcome.digest)) return fault('digest', outcome.digest);
  if (!HEX_BYTES.test(outcome.policyVersion)) return fault('policyVersion', outcome.policyVersion);
  if (LONE_SURROGATE.test(outcome.tenant)) return fault('tenant', outcome.tenant);
  if (LONE_SURROGATE.test(outcome.useCase)) return fault('useCase', outcome.useCase);
  if (LONE_SURROGATE.test(outcome.segment)) return fault('segment', outcome.segment);
  if (outcome.budget !== undefined && (outcome.budget.id === '' || LONE_SURROGATE.test(outcome.budget.id))) {
    return fault('budget.id', outcome.budget.id);
  }
  if (outcome.quality !== undefined && LONE_SURROGATE.test(outcome.quality.source)) {
    return fault('quality.source', outcome.quality.source);
  }
  return undefined;
}

/** Holds an outcome to its invariants. @throws RangeError naming the field that breaks them. */
export function assertOutcome(outcome: Outcome): void {
  const found = numericFault(outcome) ?? textFault(outcome);
  if (found !== undefined) throw new RangeError(`outcome of decision ${outcome.decisionId}: ${found}`);
}

function partFault({ metric, execution, quality }: Outcome): string | undefined {
  if ((execution !== undefined) !== (metric === 'execution'))
    return 'execution must be there for its metric only';
  if ((quality !== undefined) !== (metric === 'quality')) return 'quality must be there for its metric only';
  if (quality !== undefined && !(quality.value >= 0 && quality.value <= 1)) {
    return fault('quality.value', quality.value);
  }
  return execution && executionFault(execution);
}

function executionFault(execution: Execution): string | undefined {
  const { status, latencyMs, timeToFirstTokenMs, inputTokens, outputTokens, costNanoUsd, retryAfterMs } =
    execution;
  if (!STATUSES.has(status)) return fault('execution.status', status);
  if (latencyMs !== undefined && !isAmount(latencyMs)) return fault('execution.latencyMs', latencyMs);
  if (timeToFirstTokenMs !== undefined && !isAmount(timeToFirstTokenMs)) {
    return fault('execution.timeToFirstTokenMs', timeToFirstTokenMs);
  }
  if (inputTokens !== undefined && !isWhole(inputTokens)) return fault('execution.inputTokens', inputTokens);
  if (outputTokens !== undefined && !isAmount(outputTokens))
    return fault('execution.outputTokens', outputTokens);
  if (costNanoUsd !== undefined && !isWhole(costNanoUsd)) return fault('execution.costNanoUsd', costNanoUsd);
  if (retryAfterMs !== undefined && !isWhole(retryAfterMs))
    return fault('execution.retryAfterMs', retryAfterMs);
  const { reasoningTokens } = execution;
  if (reasoningTokens !== undefined && !isWhole(reasoningTokens)) {
    return fault('execution.reasoningTokens', reasoningTokens);
  }
  return undefined;
}

function isWhole(value: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function isAmount(value: number): boolean {
  return value >= 0 && value < Infinity;
}

function fault(field: string, value: string | number): string {
  return `${field} cannot be ${JSON.stringify(value) ?? 'undefined'}${Number.isNaN(value) ? ' (NaN)' : ''}`;
}
