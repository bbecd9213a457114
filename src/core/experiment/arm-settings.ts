import { parseBanditSettings } from '../bandit/parse-settings.js';
import type { BudgetRule } from '../budget/budget-rule.js';
import { parseBudgets } from '../budget/parse-budgets.js';
import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type { BanditSettings } from '../bandit/settings.js';
import type { ArmChange } from './definition.js';

/** What a policy's files hold of what arms may change, as JSON. */
export interface SettingsJson {
  readonly bandit: unknown;
  readonly budgets: unknown;
}

export interface SettingsChecks {
  readonly bandit: SchemaCheck;
  readonly budgets: SchemaCheck;
}

interface ArmSettings {
  readonly bandit: BanditSettings;
  readonly budgets: readonly BudgetRule[];
}

/** A policy's settings with an arm's changes, checked as the files are; faults' paths are within the arm. */
export function armSettings(
  json: SettingsJson,
  change: ArmChange,
  checks: SettingsChecks,
): Checked<ArmSettings> {
  const bandit = parseBanditSettings(
    { file: 'bandit.json', value: merged(json.bandit, change.bandit ?? {}) },
    checks.bandit,
  );
  const budgets = parseBudgets(
    { file: 'budgets.json', value: withEntries(json.budgets, change.budgets ?? {}) },
    checks.budgets,
  );
  const faults = [
    ...faultsOf(bandit, 'bandit'),
    ...unknownBudgets(json.budgets, change.budgets ?? {}),
    ...faultsOf(budgets, 'budgets'),
  ];
  if (!bandit.ok || !budgets.ok || faults.length > 0) return { ok: false, faults };
  return { ok: true, value: { bandit: bandit.value, budgets: budgets.value } };
}

const faultsOf = (checked: Checked<unknown>, member: string): Fault[] =>
  checked.ok ? [] : checked.faults.map(({ path, reason }) => ({ path: `${member}.${path}`, reason }));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects are merged member by member; anything else is replaced. */
function merged(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    result[key] = before === undefined ? value : merged(before, value);
  }
  return result;
}

interface BudgetsJson {
  readonly budgets: readonly { readonly id: string }[];
}

const withEntries = (json: unknown, change: Readonly<Record<string, object>>): unknown => ({
  ...(json as object),
  budgets: (json as BudgetsJson).budgets.map((entry) =>
    Object.hasOwn(change, entry.id) ? merged(entry, change[entry.id]) : entry,
  ),
});

function unknownBudgets(json: unknown, change: Readonly<Record<string, object>>): Fault[] {
  const ids = new Set((json as BudgetsJson).budgets.map(({ id }) => id));
  return Object.keys(change)
    .filter((id) => !ids.has(id))
    .map((id) => ({ path: `budgets.${id}`, reason: 'is no budget of budgets.json' }));
}

/**
 * Budgets for a share of the requests: accounts of their own, with that share of a period's money. The average per
 * request stays, at a price λ of the account's own.
 */
export const splitBudgets = (
  budgets: readonly BudgetRule[],
  share: number,
  suffix: string,
): readonly BudgetRule[] =>
  budgets.map((rule) => ({
    ...rule,
    id: `${rule.id}${suffix}`,
    ...(rule.period && {
      period: { ...rule.period, limitNanoUsd: Math.max(1, Math.floor(rule.period.limitNanoUsd * share)) },
    }),
  }));
