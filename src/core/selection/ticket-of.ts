import { predictedRate } from '../bandit/metric-belief.js';
import { QUALITY_ONE_Q16 } from '../learning/observe.js';
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
      expectedQualityQ16: Math.round(predictedRate(belief.quality) * QUALITY_ONE_Q16),
      expectedCostNanoUsd: Math.round(cost?.meanNanoUsd ?? 0),
      ...intervalOf(cost),
      ...(belief.outputTokens.median !== undefined && { expectedOutputTokens: belief.outputTokens.median }),
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

/** An interval of no width is none. */
function intervalOf(cost: CostEstimate | undefined): Pick<TicketAttempt, 'costInterval'> {
  const costInterval = cost === undefined ? 0 : packInterval(cost);
  return costInterval === 0 ? {} : { costInterval };
}
