import type { BudgetInForce } from '../budget/budget-rule.js';
import { usdFromNanoUsd } from '../money.js';
import type { WeighedDecision } from './evaluated-decision.js';
import { estimateOf, rewardReport, type RewardReport } from './reward-report.js';

export const FEASIBILITIES = ['within', 'over', 'unclear'] as const;
/** Whether a policy keeps to its budget, as far as a log can tell. */
export type Feasibility = (typeof FEASIBILITIES)[number];

/** How a policy does on its own money, per account. */
export interface BudgetReport {
  readonly accountId: string;
  /** Its average per request. */
  readonly averageUsd: number;
  readonly decisions: number;
  /** Share of them where λ was above zero. */
  readonly boundShare: number;
  /** λ after the last. */
  readonly lambda: number;
  readonly quality: RewardReport;
  readonly costUsd: RewardReport;
  readonly feasible: Feasibility;
}

/** Pacing keeps to an average in the long run only: this much more is taken for kept. */
const TOLERANCE = 1.03;

/** Decisions that one account pays for, each on the λ of the policy's own spend. */
export class BudgetTally {
  private readonly quality: WeighedDecision[] = [];
  private readonly costUsd: WeighedDecision[] = [];
  private bound = 0;
  private lambda = 0;

  constructor(private readonly budget: BudgetInForce) {}

  add(quality: WeighedDecision, costUsd: WeighedDecision, lambda: number): void {
    this.quality.push(quality);
    this.costUsd.push(costUsd);
    if (lambda > 0) this.bound += 1;
    this.lambda = lambda;
  }

  report(): BudgetReport {
    const { accountId, averageNanoUsd } = this.budget;
    const averageUsd = usdFromNanoUsd(averageNanoUsd);
    const costUsd = rewardReport(this.costUsd, false);
    return {
      accountId,
      averageUsd,
      decisions: this.quality.length,
      boundShare: this.bound / this.quality.length,
      lambda: this.lambda,
      quality: rewardReport(this.quality, true),
      costUsd,
      feasible: feasibility(costUsd, averageUsd),
    };
  }
}

/** By the doubly robust cost and its 95 % interval. A period's limit is kept by refusing: it says nothing here. */
function feasibility(costUsd: RewardReport, averageUsd: number): Feasibility {
  const estimate = estimateOf(costUsd, 'dr');
  if (estimate === undefined || averageUsd === 0 || costUsd.support.objections.length > 0) return 'unclear';
  const { low, high } = estimate.asymptotic;
  const most = averageUsd * TOLERANCE;
  if (high <= most) return 'within';
  return low > most ? 'over' : 'unclear';
}
