import { suggestWord } from '../closest-word.js';
import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type { TenantId, UseCase } from '../ids.js';
import { nanoUsdFromUsd } from '../money.js';
import type { BudgetRule } from './budget-rule.js';
import { isTimeZone } from './period-calendar.js';
import type { PeriodBudget } from './period-standing.js';

type PeriodEntry = Omit<PeriodBudget, 'limitNanoUsd'> & { readonly usd: number };

interface BudgetEntry {
  readonly id: string;
  readonly tenant?: TenantId;
  readonly useCase?: UseCase;
  readonly averageUsdPerRequest?: number;
  readonly period?: PeriodEntry;
}

/** Checks `rules/budgets.json` whole: every fault at once, or the budgets. */
export function parseBudgets(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
): Checked<readonly BudgetRule[]> {
  const faults: Fault[] = check(value, file);
  if (faults.length > 0) return { ok: false, faults };
  const { budgets } = value as { budgets: readonly BudgetEntry[] };
  const ids = new Set<string>();
  const targets = new Map<string, string>();
  budgets.forEach(({ id, tenant, useCase, averageUsdPerRequest, period }, i) => {
    if (ids.has(id)) faults.push({ file, path: `budgets[${i}].id`, reason: `"${id}" is there twice` });
    ids.add(id);
    const target = JSON.stringify([tenant, useCase]);
    const other = targets.get(target);
    if (other !== undefined) {
      faults.push({ file, path: `budgets[${i}]`, reason: `limits the same requests as "${other}"` });
    }
    targets.set(target, id);
    if (averageUsdPerRequest === undefined && period === undefined) {
      const reason = 'limits nothing: it needs averageUsdPerRequest, period, or both';
      faults.push({ file, path: `budgets[${i}]`, reason });
    }
    if (period !== undefined && !isTimeZone(period.timeZone)) {
      const { timeZone } = period;
      const reason = `"${timeZone}" is no time zone of the IANA database`;
      const path = `budgets[${i}].period.timeZone`;
      faults.push({ file, path, reason, ...suggestWord(timeZone, Intl.supportedValuesOf('timeZone')) });
    }
  });
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: budgets.map(ruleOf) };
}

const wholeNanoUsd = (usd: number): number => Number(nanoUsdFromUsd(usd));

function ruleOf({ averageUsdPerRequest, period, ...target }: BudgetEntry): BudgetRule {
  return {
    ...target,
    ...(averageUsdPerRequest !== undefined && {
      averageNanoUsdPerRequest: wholeNanoUsd(averageUsdPerRequest),
    }),
    ...(period && { period: periodOf(period) }),
  };
}

function periodOf({ usd, every, timeZone, onExhausted }: PeriodEntry): PeriodBudget {
  return { limitNanoUsd: wholeNanoUsd(usd), every, timeZone, onExhausted };
}
