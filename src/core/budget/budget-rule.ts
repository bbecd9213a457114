import type { TenantId, UseCase } from '../ids.js';
import type { PeriodBudget } from './period-standing.js';

/**
 * One entry of `rules/budgets.json`: money that a tenant's use case may spend, per request on average, per period,
 * or both.
 */
export interface BudgetRule {
  readonly id: string;
  /** Absent: every tenant, each with an account of its own. */
  readonly tenant?: TenantId;
  /** Absent: every use case of the tenant together. */
  readonly useCase?: UseCase;
  readonly averageNanoUsdPerRequest?: number;
  readonly period?: PeriodBudget;
}

/** The budget that a request spends from. */
export interface BudgetInForce {
  /** The account: the budget's id, and the tenant where the budget names none. */
  readonly accountId: string;
  /** 0 where the budget sets none: spend is not paced then. */
  readonly averageNanoUsd: number;
  readonly period?: PeriodBudget;
}

const specificity = (rule: BudgetRule): number =>
  (rule.tenant === undefined ? 0 : 2) + (rule.useCase === undefined ? 0 : 1);

/** The most specific budget that names this tenant and use case: both, then tenant, then use case, then any. */
export function budgetFor(
  rules: readonly BudgetRule[],
  tenant: TenantId,
  useCase: UseCase,
): BudgetInForce | undefined {
  let best: BudgetRule | undefined;
  for (const rule of rules) {
    if (rule.tenant !== undefined && rule.tenant !== tenant) continue;
    if (rule.useCase !== undefined && rule.useCase !== useCase) continue;
    if (best === undefined || specificity(rule) > specificity(best)) best = rule;
  }
  if (best === undefined) return undefined;
  return {
    accountId: best.tenant === undefined ? `${best.id}/${tenant}` : best.id,
    averageNanoUsd: best.averageNanoUsdPerRequest ?? 0,
    ...(best.period && { period: best.period }),
  };
}
