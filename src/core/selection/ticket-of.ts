import type { ArmBelief } from '../bandit/belief.js';
import { betaMean } from '../bandit/beta-distribution.js';
import { clampedRate } from '../bandit/metric-belief.js';
import { LOG_ONE_Q10, RATE_ONE_Q16 } from '../outcome/outcome.js';
import { packInterval } from '../cost/cost-interval.js';
import type { CostEstimate } from '../cost/estimate.js';
import type { Ticket, TicketAttempt } from '../ticket/ticket.js';
import type { Decision } from './decide.js';
import type { Question } from './question.js';

/** What a ticket says beyond the decision itself. */
export type Issue = Pick<Ticket, 'decisionId' | 'issueTimeMs' | 'lifeSeconds' | 'policyVersion' | 'exposure'>;

/** The ticket of a decision: all that its report will need. */
export function ticketOf(decision: Decision, question: Question, issue: Issue): Ticket {
  const { chain, segment, budget, context, contextMapId, seed, lambda, label } = decision;
  return {
    ...issue,
    tenant: question.tenant,
    useCase: question.useCase,
    segment,
    chain: chain.map(({ arm, belief, cost }) => ({
      armId: arm.armId,
      expectedQualityQ16: Math.round(clampedRate(belief.undrifted.quality.mean) * RATE_ONE_Q16),
      expectedCostNanoUsd: Math.round(cost?.meanNanoUsd ?? 0),
      ...intervalOf(cost),
      ...predictionsOf(belief),
    })),
    propensityQ16: chain[0]!.propensityQ16,
    // Where a report tells no usage, the choice's prompt is what was paid for.
    inputTokens: chain[0]!.estimate.inputTokens,
    batch: question.batch,
    ...(budget && { budget: { id: budget.accountId, averageNanoUsd: budget.averageNanoUsd } }),
    ...(context && { context }),
    ...(contextMapId !== undefined && { contextMapId }),
    ...(label?.requested && { labelProbabilityQ16: label.probabilityQ16 }),
    seed,
    lambda,
  };
}

/**
 * What residuals will be against: without drift, or they would vanish with it. A latency of a millisecond or less is told
 * as the least above, since 0 is none.
 */
function predictionsOf({
  undrifted,
}: ArmBelief): Pick<TicketAttempt, 'expectedSuccessQ16' | 'expectedLogLatencyQ10' | 'expectedOutputTokens'> {
  const { success, latencyMs, outputTokens } = undrifted;
  return {
    expectedSuccessQ16: Math.max(1, Math.round(betaMean(success) * RATE_ONE_Q16)),
    expectedLogLatencyQ10: Math.max(1, Math.round(latencyMs.logMean * LOG_ONE_Q10)),
    expectedOutputTokens: Math.exp(outputTokens.logMean),
  };
}

/** An interval of no width is none. */
function intervalOf(cost: CostEstimate | undefined): Pick<TicketAttempt, 'costInterval'> {
  const costInterval = cost === undefined ? 0 : packInterval(cost);
  return costInterval === 0 ? {} : { costInterval };
}
