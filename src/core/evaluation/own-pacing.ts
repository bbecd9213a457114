import { BudgetLedger } from '../budget/budget-ledger.js';
import type { DecisionSnapshot } from '../selection/snapshot.js';
import {
  replayDecision,
  type DecisionToReplay,
  type ReplayedDecision,
  type ReplayedRewards,
} from './replay-decision.js';

/**
 * A policy that goes through a log on its own money: its λ, and what remains of its period, follow from what its own
 * choices are expected to cost, and not from what the log's policy spent.
 *
 * Starts with nothing spent and λ = 0. Expected costs count at the time of the decision, as if each were reported at
 * once.
 */
export class OwnPacing {
  private readonly ledger = new BudgetLedger();

  /** @returns nothing where the policy refuses the request, leaves it no model, or has no money for any. */
  replay(
    snapshot: DecisionSnapshot,
    { lambda: _, ...logged }: DecisionToReplay,
    rewards: ReplayedRewards,
  ): ReplayedDecision | undefined {
    const decision = replayDecision(snapshot, { ...logged, ledger: this.ledger }, rewards);
    const budget = decision?.budget;
    if (budget !== undefined) {
      this.ledger.charge(
        { attempt: 0, eventTimeMs: logged.issueTimeMs },
        { id: budget.accountId, averageNanoUsd: budget.averageNanoUsd },
        { costNanoUsd: Math.round(decision!.expectedCostNanoUsd) },
      );
    }
    return decision;
  }
}
