import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import { contextFromBytes } from '../../core/context/context-bytes.js';
import { contextValues } from '../../core/context/context-vector.js';
import { decisionIdFromBytes } from '../../core/ids.js';
import { RATE_ONE_Q16 } from '../../core/outcome/outcome.js';
import { usdFromNanoUsd } from '../../core/money.js';
import { COMPLEXITY_DIMENSIONS, COMPLEXITY_LEVELS, TASK_TYPES } from '../../core/profile.js';
import type { ArmId } from '../../core/registry/model.js';
import type { DecisionRecord } from '../../gen/sextant/storage/v1/storage.js';
import { columnsOf, type Row } from './column.js';
import type { FirstAttempt } from './first-attempts.js';
import type { Actions } from './actions.js';

export const DECISION_COLUMNS = columnsOf({
  decision_id: 'text',
  time: 'time',
  tenant: 'text',
  use_case: 'text',
  segment: 'text',
  policy_version: 'text',
  action: 'int',
  model: 'text',
  position: 'int',
  pscore: 'double',
  reward: 'double',
  reward_source: 'text',
  status: 'text',
  cost_usd: 'double',
  latency_ms: 'double',
  output_tokens: 'double',
  context: 'doubles',
  candidates: 'ints',
  logging_dist: 'doubles',
  expected_rewards: 'doubles',
  expected_costs_usd: 'doubles',
  lambda: 'double',
  state_sequence: 'long',
  sampling_probability: 'double',
  label_requested: 'bool',
  label_probability: 'double',
  task_type: 'text',
  level: 'text',
  complexity: 'double',
  dimensions: 'doubles',
  input_tokens: 'long',
});

/** Dimensions in the order of their column. */
export const DIMENSION_NAMES: readonly string[] = COMPLEXITY_DIMENSIONS;

/** A logged decision with what came of its first attempt. Lists by action have a place for every arm of the store. */
export function decisionRow(record: DecisionRecord, actions: Actions, first: FirstAttempt = {}): Row {
  const { candidates, expectedQualityQ16, context } = record;
  const known = candidates.flatMap((candidate, k) => {
    const action = actions.of.get(candidate.armId as ArmId);
    return action === undefined ? [] : [{ ...candidate, action, expectedQ16: expectedQualityQ16[k] ?? 0 }];
  });
  const byAction = (read: (candidate: (typeof known)[number]) => number): number[] => {
    const values = actions.names.map(() => 0);
    for (const candidate of known) values[candidate.action] = read(candidate);
    return values;
  };
  const action = actions.of.get(record.armId as ArmId);
  const choice = candidates.find(({ armId }) => armId === record.armId);
  return {
    decision_id: decisionIdFromBytes(record.decisionId),
    time: new Date(Number(record.issueTimeMs)),
    tenant: record.tenant,
    use_case: record.useCase,
    segment: record.segment,
    policy_version: record.policyVersion,
    action,
    model: action === undefined ? undefined : actions.names[action],
    position: 0,
    pscore: (choice?.propensityQ16 ?? 0) / PROPENSITY_ONE,
    reward: first.quality,
    reward_source: first.qualitySource,
    status: first.status,
    cost_usd: first.costUsd,
    latency_ms: first.latencyMs,
    output_tokens: first.outputTokens,
    context: context.length === 0 ? undefined : [...contextValues(contextFromBytes(context))],
    candidates: known.map((candidate) => candidate.action),
    logging_dist: byAction(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE),
    expected_rewards: byAction(({ expectedQ16 }) => expectedQ16 / RATE_ONE_Q16),
    expected_costs_usd: byAction(({ expectedCostNanoUsd }) => usdFromNanoUsd(expectedCostNanoUsd)),
    lambda: record.lambda,
    state_sequence: record.stateSequence,
    sampling_probability: record.samplingProbability,
    label_requested: record.labelRequested,
    label_probability: record.labelProbabilityQ16 / PROPENSITY_ONE,
    task_type: TASK_TYPES[record.taskType - 1],
    level: COMPLEXITY_LEVELS[record.level - 1],
    complexity: record.composite,
    dimensions: record.dimensions,
    input_tokens: record.inputTokens,
  };
}
