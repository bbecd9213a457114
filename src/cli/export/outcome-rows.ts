import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import { RATE_ONE_Q16 } from '../../core/outcome/outcome.js';
import { usdFromNanoUsd } from '../../core/money.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import type { Actions } from './actions.js';
import { columnsOf, type Row } from './column.js';

export const OUTCOME_COLUMNS = columnsOf({
  sequence: 'long',
  decision_id: 'text',
  attempt: 'int',
  metric: 'text',
  tenant: 'text',
  use_case: 'text',
  segment: 'text',
  action: 'int',
  model: 'text',
  event_time: 'time',
  receive_time: 'time',
  status: 'text',
  latency_ms: 'double',
  time_to_first_token_ms: 'double',
  input_tokens: 'double',
  output_tokens: 'double',
  reasoning_tokens: 'double',
  cost_usd: 'double',
  quality: 'double',
  quality_source: 'text',
  budget_id: 'text',
  pscore: 'double',
  expected_quality: 'double',
  expected_cost_usd: 'double',
  policy_version: 'text',
});

/** One outcome: of an attempt what the call did, or how its answer was judged. */
export function outcomeRow(outcome: Outcome, sequence: number, actions: Actions): Row {
  const { execution, quality, attempt } = outcome;
  const action = actions.of.get(outcome.armId);
  return {
    sequence: BigInt(sequence),
    decision_id: outcome.decisionId,
    attempt,
    metric: outcome.metric,
    tenant: outcome.tenant,
    use_case: outcome.useCase,
    segment: outcome.segment,
    action,
    model: action === undefined ? undefined : actions.names[action],
    event_time: new Date(outcome.eventTimeMs),
    receive_time: new Date(outcome.receiveTimeMs),
    status: execution?.status,
    latency_ms: execution?.latencyMs,
    time_to_first_token_ms: execution?.timeToFirstTokenMs,
    input_tokens: execution?.inputTokens,
    output_tokens: execution?.outputTokens,
    reasoning_tokens: execution?.reasoningTokens,
    cost_usd: execution?.costNanoUsd === undefined ? undefined : usdFromNanoUsd(execution.costNanoUsd),
    quality: quality?.value,
    quality_source: quality?.source,
    budget_id: outcome.budget?.id,
    // A fallback has none.
    pscore: attempt === 0 ? outcome.propensityQ16 / PROPENSITY_ONE : undefined,
    expected_quality: outcome.expectedQualityQ16 / RATE_ONE_Q16,
    expected_cost_usd: usdFromNanoUsd(outcome.expectedCostNanoUsd),
    policy_version: outcome.policyVersion,
  };
}
