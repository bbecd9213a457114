import { budgetFor, type BudgetRule } from '../../core/budget/budget-rule.js';
import { periodAt } from '../../core/budget/period-calendar.js';
import { standingOf, type PeriodBudget } from '../../core/budget/period-standing.js';
import { projectSpend } from '../../core/budget/projected-exhaustion.js';
import { QUARTER_MS, type SpendHistory } from '../../core/budget/spend-history.js';
import type { UseCase } from '../../core/ids.js';
import { COUNTER } from '../../runtime/activity.js';
import type { SpanName, SpendsView, SpendView } from '../views.js';
import { readLately } from './lately.js';
import type { Sources } from './sources.js';

const QUARTERS_SHOWN = 96;

/** @throws StoreError, but for the shortest span. */
export async function readSpend(sources: Sources, span: SpanName): Promise<SpendsView> {
  const { series } = await readLately(sources, span);
  const spenders = series
    .map(({ useCase, arm, totals }) => ({
      useCase,
      model: arm,
      calls: totals[COUNTER.calls]!,
      costNanoUsd: totals[COUNTER.costNanoUsd]!,
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.costNanoUsd - a.costNanoUsd || b.calls - a.calls);
  return { span, accounts: accountsOf(sources), spenders };
}

/** The accounts that one tenant spends from: budgets that name it, and its own share of those that name none. */
export function accountsOf(sources: Sources): SpendView[] {
  const { runtime, tenant } = sources;
  const { budgets } = runtime.snapshot().policy;
  const mine = budgets.filter((rule) => rule.tenant === undefined || rule.tenant === tenant);
  return mine.map((rule) => spendView(sources, rule));
}

function spendView({ runtime, tenant, nowMs }: Sources, rule: BudgetRule): SpendView {
  const { accountId, averageNanoUsd } = budgetFor([rule], tenant, rule.useCase ?? ('' as UseCase))!;
  const { budgets } = runtime.snapshot().learning;
  const spend = budgets.accounts.get(accountId)?.spend;
  const reservedNanoUsd = runtime.reservations.heldNanoUsd(accountId, nowMs);
  return {
    account: accountId,
    useCase: rule.useCase ?? null,
    lambda: averageNanoUsd > 0 ? budgets.lambda(accountId) : 0,
    averageNanoUsdPerRequest: averageNanoUsd > 0 ? averageNanoUsd : null,
    period: rule.period === undefined ? null : periodView(rule.period, spend, { reservedNanoUsd, nowMs }),
    quarters: quartersOf(spend, nowMs),
  };
}

function periodView(
  budget: PeriodBudget,
  spend: SpendHistory | undefined,
  now: { readonly reservedNanoUsd: number; readonly nowMs: number },
): NonNullable<SpendView['period']> {
  const period = periodAt(budget.every, budget.timeZone, now.nowMs);
  const { spentNanoUsd, reservedNanoUsd, remainingNanoUsd } = standingOf(budget, spend, now);
  const { nanoUsdPerHour, exhaustedAtMs } = projectSpend(spend, period, {
    remainingNanoUsd,
    nowMs: now.nowMs,
  });
  return {
    every: budget.every,
    timeZone: budget.timeZone,
    onExhausted: budget.onExhausted,
    startMs: period.startMs,
    endMs: period.endMs,
    limitNanoUsd: budget.limitNanoUsd,
    spentNanoUsd,
    reservedNanoUsd,
    remainingNanoUsd,
    nanoUsdPerHour,
    exhaustedAtMs: exhaustedAtMs ?? null,
  };
}

function quartersOf(spend: SpendHistory | undefined, nowMs: number): SpendView['quarters'] {
  const first = Math.floor(nowMs / QUARTER_MS) - QUARTERS_SHOWN + 1;
  const costs = new Float64Array(QUARTERS_SHOWN);
  for (const { quarter, costNanoUsd } of spend?.entries() ?? []) {
    if (quarter >= first && quarter < first + QUARTERS_SHOWN) costs[quarter - first] = costNanoUsd;
  }
  return [...costs].map((nanoUsd, i) => ({ startMs: (first + i) * QUARTER_MS, nanoUsd }));
}
