import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { budgetFor, type BudgetRule } from '../../../src/core/budget/budget-rule.js';
import { parseBudgets } from '../../../src/core/budget/parse-budgets.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';

const ACME = 'acme' as TenantId;
const CHAT = 'chat' as UseCase;
const rule = (id: string, changes: Partial<BudgetRule> = {}): BudgetRule => ({
  id,
  averageNanoUsdPerRequest: 1000,
  ...changes,
});
const ALL = [
  rule('any'),
  rule('case', { useCase: CHAT }),
  rule('tenant', { tenant: ACME }),
  rule('both', { tenant: ACME, useCase: CHAT }),
];
const nameFor = (rules: readonly BudgetRule[], tenant = 'acme', useCase = 'chat') =>
  budgetFor(rules, tenant as TenantId, useCase as UseCase)?.accountId;

describe('budgetFor', () => {
  it('takes the most specific: both, then tenant, then use case, then any', () => {
    expect(nameFor(ALL)).toBe('both');
    expect(nameFor(ALL.slice(0, 3))).toBe('tenant');
    expect(nameFor(ALL.slice(0, 2))).toBe('case/acme');
    expect(nameFor(ALL.slice(0, 1))).toBe('any/acme');
    expect(nameFor([])).toBeUndefined();
  });

  it('does so in whatever order they are written', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ALL, { minLength: 1 }), (rules) => {
        const best = ALL.findLast(({ id }) => rules.some((one) => one.id === id))!;
        expect(nameFor(rules)).toBe(best.tenant === undefined ? `${best.id}/acme` : best.id);
      }),
    );
  });

  it('passes over those of other tenants and use cases', () => {
    expect(nameFor(ALL, 'borealis', 'chat')).toBe('case/borealis');
    expect(nameFor(ALL, 'acme', 'sql')).toBe('tenant');
    expect(nameFor(ALL.slice(1), 'borealis', 'sql')).toBeUndefined();
  });

  it('gives each tenant an account of its own where the budget names none', () => {
    expect(nameFor([rule('any')], 'acme')).not.toBe(nameFor([rule('any')], 'borealis'));
    expect(budgetFor(ALL, ACME, CHAT)).toEqual({ accountId: 'both', averageNanoUsd: 1000 });
  });
});

describe('budgets.json', () => {
  const parse = (budgets: unknown) =>
    parseBudgets({ file: 'budgets.json', value: { budgets } }, POLICY_CHECKS.budgets);

  it('becomes whole nano-USD', () => {
    const parsed = parse([{ id: 'team', tenant: 'acme', averageUsdPerRequest: 0.0125 }]);
    expect(parsed).toEqual({
      ok: true,
      value: [{ id: 'team', tenant: 'acme', averageNanoUsdPerRequest: 12_500_000 }],
    });
  });

  it('may hold a period beside the average, or alone', () => {
    const period = { usd: 250.5, every: 'month', timeZone: 'Europe/Berlin', onExhausted: 'stop' };
    const parsed = parse([
      { id: 'both', tenant: 'acme', averageUsdPerRequest: 0.01, period },
      { id: 'alone', period },
    ]);
    const { usd: _, ...calendar } = period;
    const kept = { limitNanoUsd: 250_500_000_000, ...calendar };
    expect(parsed).toEqual({
      ok: true,
      value: [
        { id: 'both', tenant: 'acme', averageNanoUsdPerRequest: 10_000_000, period: kept },
        { id: 'alone', period: kept },
      ],
    });
    const rules = parsed.ok ? parsed.value : [];
    expect(budgetFor(rules, 'other' as TenantId, CHAT)).toEqual({
      accountId: 'alone/other',
      averageNanoUsd: 0,
      period: kept,
    });
  });

  it('must limit something', () => {
    const parsed = parse([{ id: 'idle' }]);
    expect(parsed.ok ? [] : parsed.faults).toMatchObject([
      { path: 'budgets[0]', reason: expect.stringContaining('averageUsdPerRequest') as string },
    ]);
  });

  it('names a time zone that does not exist, and the one that was meant', () => {
    const period = { usd: 1, every: 'day', onExhausted: 'stop' };
    const parsed = parse([
      { id: 'near', tenant: 'a', period: { ...period, timeZone: 'Europe/Berlni' } },
      { id: 'far', tenant: 'b', period: { ...period, timeZone: 'Middle/Of_Nowhere_At_All' } },
    ]);
    expect(parsed.ok ? [] : parsed.faults).toEqual([
      {
        file: 'budgets.json',
        path: 'budgets[0].period.timeZone',
        reason: '"Europe/Berlni" is no time zone of the IANA database',
        suggestion: 'did you mean "Europe/Berlin"?',
      },
      {
        file: 'budgets.json',
        path: 'budgets[1].period.timeZone',
        reason: '"Middle/Of_Nowhere_At_All" is no time zone of the IANA database',
      },
    ]);
  });

  it('needs all of a period', () => {
    const parsed = parse([{ id: 'a', period: { every: 'year' } }]);
    expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path).sort()).toEqual([
      'budgets[0].period.every',
      'budgets[0].period.onExhausted',
      'budgets[0].period.timeZone',
      'budgets[0].period.usd',
    ]);
  });

  it('names every fault of shape at once', () => {
    const parsed = parse([
      { id: 'Team', averageUsdPerRequest: 1 },
      { id: 'b', averageUsdPerRequest: 0, useCase: 'No Case' },
    ]);
    expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path).sort()).toEqual([
      'budgets[0].id',
      'budgets[1].averageUsdPerRequest',
      'budgets[1].useCase',
    ]);
  });

  it('names every id that is there twice, and every pair that limits the same requests', () => {
    const one = { averageUsdPerRequest: 1 };
    const parsed = parse([
      { id: 'a', tenant: 'acme', ...one },
      { id: 'a', useCase: 'chat', ...one },
      { id: 'c', tenant: 'acme', ...one },
    ]);
    expect(parsed.ok ? [] : parsed.faults.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'budgets[1].id: "a" is there twice',
      'budgets[2]: limits the same requests as "a"',
    ]);
  });
});
