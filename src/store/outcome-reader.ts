import type { DecisionId, TenantId, UseCase } from '../core/ids.js';
import { OUTCOME_STATUSES } from '../core/outcome/outcome.js';
import type { Execution, Outcome, OutcomeMetric, OutcomeStatus } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';
import type { ByteCursor } from './byte-cursor.js';
import { RecordFields } from './record-fields.js';

type Draft<T> = { -readonly [K in keyof T]: T[K] };

const METRIC_OF_NUMBER: readonly (OutcomeMetric | undefined)[] = [undefined, 'execution', 'quality'];

/**
 * The outcome in one `OutcomeRecord` that ends at `end`.
 *
 * @throws RangeError where the bytes are no record. Ranges of values are the caller's to check.
 */
export function readOutcome(cursor: ByteCursor, end: number): Outcome {
  const fields = new RecordFields().read(cursor, end);
  if (fields.decisionId === '') throw new RangeError('a record has no decision');
  const outcome: Draft<Outcome> = {
    decisionId: fields.decisionId as DecisionId,
    attempt: fields.attempt,
    metric: metricOf(fields.metric),
    digest: fields.digest,
    tenant: fields.tenant as TenantId,
    useCase: fields.useCase as UseCase,
    segment: fields.segment,
    armId: fields.armId as ArmId,
    eventTimeMs: fields.eventTimeMs,
    receiveTimeMs: fields.receiveTimeMs,
    propensityQ16: fields.propensityQ16,
    expectedQualityQ16: fields.expectedQualityQ16,
    expectedCostNanoUsd: fields.expectedCostNanoUsd,
    policyVersion: fields.policyVersion,
  };
  if (fields.status !== 0) outcome.execution = executionOf(fields);
  else if (measuresExecution(fields)) throw new RangeError('a record measures an execution without a status');
  if (fields.quality !== undefined) outcome.quality = { value: fields.quality, source: fields.qualitySource };
  if (fields.budgetId !== '') {
    outcome.budget = { id: fields.budgetId, averageNanoUsd: fields.budgetAverageNanoUsd };
  }
  if (fields.context !== undefined) outcome.context = fields.context;
  if (fields.labelProbabilityQ16 !== 0) outcome.labelProbabilityQ16 = fields.labelProbabilityQ16;
  if (fields.contextMapId !== 0) outcome.contextMapId = fields.contextMapId;
  if (fields.expectedOutputTokens !== 0) outcome.expectedOutputTokens = fields.expectedOutputTokens;
  if (fields.expectedInputTokens !== 0) outcome.expectedInputTokens = fields.expectedInputTokens;
  if (fields.costInterval !== 0) outcome.costInterval = fields.costInterval;
  if (fields.expectedSuccessQ16 !== 0) outcome.expectedSuccessQ16 = fields.expectedSuccessQ16;
  if (fields.expectedLogLatencyQ10 !== 0) outcome.expectedLogLatencyQ10 = fields.expectedLogLatencyQ10;
  if (fields.exposure !== undefined) outcome.exposure = fields.exposure;
  return outcome;
}

function executionOf(fields: RecordFields): Execution {
  const { latencyMs, timeToFirstTokenMs, inputTokens, outputTokens, costNanoUsd, retryAfterMs } = fields;
  const execution: Draft<Execution> = { status: statusOf(fields.status) };
  if (latencyMs !== undefined) execution.latencyMs = latencyMs;
  if (timeToFirstTokenMs !== undefined) execution.timeToFirstTokenMs = timeToFirstTokenMs;
  if (inputTokens !== undefined) execution.inputTokens = inputTokens;
  if (outputTokens !== undefined) execution.outputTokens = outputTokens;
  if (costNanoUsd !== undefined) execution.costNanoUsd = costNanoUsd;
  if (retryAfterMs !== undefined) execution.retryAfterMs = retryAfterMs;
  if (fields.reasoningTokens !== undefined) execution.reasoningTokens = fields.reasoningTokens;
  return execution;
}

function measuresExecution(fields: RecordFields): boolean {
  const { latencyMs, timeToFirstTokenMs, inputTokens, outputTokens, costNanoUsd, retryAfterMs } = fields;
  const measured = latencyMs ?? timeToFirstTokenMs ?? inputTokens ?? outputTokens ?? costNanoUsd;
  return (measured ?? retryAfterMs ?? fields.reasoningTokens) !== undefined;
}

function metricOf(metric: number): OutcomeMetric {
  const name = METRIC_OF_NUMBER[metric];
  if (name === undefined) throw new RangeError(`metric ${metric} is unknown`);
  return name;
}

function statusOf(status: number): OutcomeStatus {
  const name = OUTCOME_STATUSES[status - 1];
  if (name === undefined) throw new RangeError(`status ${status} is unknown`);
  return name;
}
