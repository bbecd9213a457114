import type { Execution, Outcome } from '../outcome/outcome.js';
import { SpendHistory } from './spend-history.js';

/** One second of a budget's spend, in event time. */
export interface PacingBucket {
  readonly startSecond: number;
  /** Σ (cost ÷ average − 1) over the requests of this second. */
  gradient: number;
  requests: number;
  costNanoUsd: number;
}

interface Dual {
  readonly lambda: number;
  readonly debt: number;
}

/** A second, and where the dual ascent stands after it: a report of a late second starts again there, not at the base. */
interface PacedBucket extends PacingBucket {
  after: Dual;
}

/** What one budget has spent, as a snapshot keeps it. */
export interface KeptAccount extends Omit<BudgetAccount, 'lambda' | 'buckets'> {
  readonly buckets: readonly PacingBucket[];
}

/** What one budget has spent, and the dual price that follows from it. */
export interface BudgetAccount {
  baseLambda: number;
  /** Overspend before the first bucket that has not moved λ yet. */
  baseDebt: number;
  /** The dual price as of now; recomputed from the buckets when one changes. */
  lambda: number;
  baseRequests: number;
  baseCostNanoUsd: number;
  /** Ascending by start; at most `MAX_BUCKETS`. */
  readonly buckets: PacedBucket[];
  /** For periods, which need no pace but a longer memory. */
  readonly spend: SpendHistory;
}

/**
 * Step of the dual ascent, per request: λ ← max(0, λ + step·min(c/B − 1 + debt, cap)). Large enough to find
 * a price of 0.1 within some hundred requests, small enough not to swing once there.
 */
export const LAMBDA_STEP = 0.001;
/**
 * One very dear call may not throw the price out of bounds: what exceeds this many budgets is a debt that the
 * next requests carry, so that the spend still averages to the budget.
 */
export const OVERSPEND_CAP = 20;
/** Seconds of spend kept apart; older ones are summed up, so late reports land in the oldest. */
const MAX_BUCKETS = 3_600;

/**
 * Spend and pacing per budget. Buckets are sums by event time, so they do not depend on the order of
 * reports; λ is computed from them in time order.
 *
 * Source: online primal–dual with bounded rewards (Agrawal & Devanur, EC 2014; Balseiro & Gur, 2019).
 */
export class BudgetLedger {
  readonly accounts = new Map<string, BudgetAccount>();

  fold(outcome: Outcome): void {
    const { budget, execution } = outcome;
    if (budget === undefined || execution === undefined) return;
    this.charge(outcome, budget, execution);
  }

  /** The dual price λ ≥ 0; 0 for a budget that has seen nothing. */
  lambda(budgetId: string): number {
    return this.accounts.get(budgetId)?.lambda ?? 0;
  }

  /** Puts back what a snapshot kept. For the codec of snapshots alone. */
  restore(budgetId: string, kept: KeptAccount): void {
    const buckets = kept.buckets.map((bucket) => ({ ...bucket, after: { lambda: 0, debt: 0 } }));
    const account = { ...kept, buckets, lambda: 0 };
    paceFrom(account, 0);
    this.accounts.set(budgetId, account);
  }

  account(budgetId: string): BudgetAccount {
    let account = this.accounts.get(budgetId);
    if (account === undefined) {
      account = {
        baseLambda: 0,
        baseDebt: 0,
        lambda: 0,
        baseRequests: 0,
        baseCostNanoUsd: 0,
        buckets: [],
        spend: new SpendHistory(),
      };
      this.accounts.set(budgetId, account);
    }
    return account;
  }

  /** Counts what one attempt cost. */
  charge(
    { attempt, eventTimeMs }: Pick<Outcome, 'attempt' | 'eventTimeMs'>,
    budget: NonNullable<Outcome['budget']>,
    execution: Pick<Execution, 'costNanoUsd'>,
  ): void {
    // A request counts once, with its first attempt, whether or not that cost anything; a fallback adds its cost.
    const requests = attempt === 0 ? 1 : 0;
    const costNanoUsd = execution.costNanoUsd ?? 0;
    if (requests === 0 && execution.costNanoUsd === undefined) return;
    const account = this.account(budget.id);
    account.spend.add(eventTimeMs, costNanoUsd);
    const at = bucketAt(account, Math.floor(eventTimeMs / 1000));
    const bucket = account.buckets[at]!;
    bucket.requests += requests;
    bucket.costNanoUsd += costNanoUsd;
    if (budget.averageNanoUsd > 0) bucket.gradient += costNanoUsd / budget.averageNanoUsd - requests;
    paceFrom(account, at);
  }
}

/** One bucket's step of the dual ascent. */
function ascend({ lambda, debt }: Dual, { gradient, requests }: PacingBucket): Dual {
  const due = debt + gradient;
  const paid = Math.min(due, OVERSPEND_CAP * Math.max(requests, 1));
  return { debt: due - paid, lambda: Math.max(0, lambda + LAMBDA_STEP * paid) };
}

/** λ from a bucket that changed on, in time order; mostly that is the newest one. */
function paceFrom(account: BudgetAccount, from: number): void {
  const { buckets, baseLambda, baseDebt } = account;
  let dual: Dual = from === 0 ? { lambda: baseLambda, debt: baseDebt } : buckets[from - 1]!.after;
  for (let i = from; i < buckets.length; i++) dual = buckets[i]!.after = ascend(dual, buckets[i]!);
  account.lambda = dual.lambda;
}

/** The place of a second's bucket, which is made where there is none. */
function bucketAt(account: BudgetAccount, second: number): number {
  const { buckets } = account;
  let at = buckets.length;
  while (at > 0 && buckets[at - 1]!.startSecond > second) at--;
  if (buckets[at - 1]?.startSecond === second) return at - 1;
  // Older than all that is kept: it is summed into the oldest, where the base was closed.
  if (at === 0 && buckets.length >= MAX_BUCKETS) return 0;
  const after = { lambda: 0, debt: 0 };
  buckets.splice(at, 0, { startSecond: second, gradient: 0, requests: 0, costNanoUsd: 0, after });
  if (buckets.length <= MAX_BUCKETS) return at;
  closeOldest(account);
  return at - 1;
}

function closeOldest(account: BudgetAccount): void {
  const oldest = account.buckets.shift()!;
  const dual = ascend({ lambda: account.baseLambda, debt: account.baseDebt }, oldest);
  account.baseLambda = dual.lambda;
  account.baseDebt = dual.debt;
  account.baseRequests += oldest.requests;
  account.baseCostNanoUsd += oldest.costNanoUsd;
}
