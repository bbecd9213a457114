import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetLedger, LAMBDA_STEP, OVERSPEND_CAP } from '../../../src/core/budget/budget-ledger.js';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const AVERAGE = 1_000_000;
const START_SECOND = 1_770_000_000;

interface Spend {
  readonly second: number;
  readonly costNanoUsd: number;
  readonly attempt?: number;
}

function spendOf({ second, costNanoUsd, attempt = 0 }: Spend, i = 0): Outcome {
  const eventTimeMs = (START_SECOND + second) * 1000 + (i % 1000);
  return outcomeOf(i, {
    attempt,
    eventTimeMs,
    receiveTimeMs: eventTimeMs,
    execution: { status: 'success', costNanoUsd },
    budget: { id: 'team', averageNanoUsd: AVERAGE },
  });
}

function ledgerOf(spends: readonly Spend[]): BudgetLedger {
  const ledger = new BudgetLedger();
  spends.forEach((spend, i) => ledger.fold(spendOf(spend, i)));
  return ledger;
}

/** The dual ascent from the reports alone: a step per second in order; what exceeds the cap is owed by later ones. */
function pacedPrice(spends: readonly Spend[]): number {
  let lambda = 0;
  let debt = 0;
  const seconds = [...new Set(spends.map(({ second }) => second))].sort((a, b) => a - b);
  for (const now of seconds) {
    const here = spends.filter(({ second }) => second === now);
    const requests = here.filter(({ attempt = 0 }) => attempt === 0).length;
    const spent = here.reduce((sum, { costNanoUsd }) => sum + costNanoUsd / AVERAGE, 0);
    const due = debt + spent - requests;
    const paid = Math.min(due, OVERSPEND_CAP * Math.max(requests, 1));
    debt = due - paid;
    lambda = Math.max(0, lambda + LAMBDA_STEP * paid);
  }
  return lambda;
}

const anySpend = fc.record({
  second: fc.nat(100),
  costNanoUsd: fc.nat(60 * AVERAGE),
  attempt: fc.constantFrom(0, 0, 0, 1),
});
const anySpends = fc.array(anySpend, { maxLength: 60 });
const every = (count: number, costNanoUsd: number, from = 0): Spend[] =>
  Array.from({ length: count }, (_, i) => ({ second: from + i, costNanoUsd }));

describe('the dual price λ', () => {
  it('is 0 for a budget that has seen nothing, and for another one', () => {
    expect(new BudgetLedger().lambda('team')).toBe(0);
    expect(ledgerOf(every(10, 9 * AVERAGE)).lambda('other')).toBe(0);
  });

  it('is the projected ascent over seconds in time order (Balseiro & Gur 2019, §3)', () => {
    fc.assert(
      fc.property(anySpends, (spends) => {
        expect(ledgerOf(spends).lambda('team')).toBeCloseTo(pacedPrice(spends), 9);
      }),
    );
  });

  it('is never negative', () => {
    fc.assert(
      fc.property(anySpends, (spends) => {
        const ledger = new BudgetLedger();
        spends.forEach((spend, i) => {
          ledger.fold(spendOf(spend, i));
          expect(ledger.lambda('team')).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('does not depend on the order of reports', () => {
    fc.assert(
      fc.property(anySpends, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (spends, keys) => {
        const order = spends.map((spend, i) => ({ spend, key: keys[i]! })).sort((a, b) => a.key - b.key);
        const other = ledgerOf(order.map(({ spend }) => spend));
        expect(other.lambda('team')).toBeCloseTo(ledgerOf(spends).lambda('team'), 9);
      }),
    );
  });

  it('rises while requests cost more than the average, and not when they cost just that', () => {
    const ledger = new BudgetLedger();
    let before = 0;
    for (const [i, spend] of every(50, 2 * AVERAGE).entries()) {
      ledger.fold(spendOf(spend, i));
      expect(ledger.lambda('team')).toBeGreaterThan(before);
      before = ledger.lambda('team');
    }
    expect(before).toBeCloseTo(50 * LAMBDA_STEP, 12);
    expect(ledgerOf(every(50, AVERAGE)).lambda('team')).toBe(0);
  });

  it('falls back to exactly 0 when the budget no longer binds', () => {
    const spends = [...every(20, 3 * AVERAGE), ...every(100, AVERAGE / 4, 20)];
    expect(ledgerOf(spends.slice(0, 20)).lambda('team')).toBeGreaterThan(0);
    expect(ledgerOf(spends).lambda('team')).toBe(0);
  });

  it('moves by at most the cap for one very dear call, and carries the rest on', () => {
    const dear = every(1, 51 * AVERAGE);
    expect(ledgerOf(dear).lambda('team')).toBeCloseTo(LAMBDA_STEP * OVERSPEND_CAP, 12);
    const next = [...dear, ...every(4, AVERAGE, 1)];
    expect(ledgerOf(next.slice(0, 2)).lambda('team')).toBeCloseTo(2 * LAMBDA_STEP * OVERSPEND_CAP, 12);
    expect(ledgerOf(next).lambda('team')).toBeCloseTo(50 * LAMBDA_STEP, 12);
  });

  it('takes a late report where it belongs in time', () => {
    const [early, late] = [every(30, AVERAGE / 2), every(10, 4 * AVERAGE, 30)];
    const inTime = ledgerOf([...early, ...late]).lambda('team');
    expect(ledgerOf([...late, ...early]).lambda('team')).toBeCloseTo(inTime, 12);
    // Had it gone by arrival, the early savings would have cancelled the late spend.
    expect(inTime).toBeGreaterThan(0);
  });
});

describe('an account', () => {
  it('counts requests by their first attempt, and the cost of every attempt', () => {
    const ledger = ledgerOf([
      { second: 1, costNanoUsd: 700 },
      { second: 1, costNanoUsd: 300, attempt: 1 },
      { second: 2, costNanoUsd: 50 },
    ]);
    expect(ledger.account('team').buckets).toMatchObject([
      { startSecond: START_SECOND + 1, requests: 1, costNanoUsd: 1000 },
      { startSecond: START_SECOND + 2, requests: 1, costNanoUsd: 50 },
    ]);
  });

  it('ignores quality, and outcomes without a budget', () => {
    const ledger = new BudgetLedger();
    ledger.fold(qualityOf(1));
    const { budget: _, ...unbudgeted } = outcomeOf(3);
    ledger.fold(unbudgeted);
    expect(ledger.accounts.size).toBe(0);
  });

  it(
    'keeps 3,600 seconds apart and sums up the older ones without losing spend or price',
    { timeout: 60_000 },
    () => {
      const spends = every(4_000, AVERAGE * 1.5);
      const ledger = ledgerOf(spends);
      const { buckets, baseRequests, baseCostNanoUsd, baseLambda } = ledger.account('team');
      expect(buckets).toHaveLength(3_600);
      expect(baseRequests).toBe(400);
      expect(baseCostNanoUsd).toBe(400 * 1.5 * AVERAGE);
      expect(baseLambda).toBeCloseTo(pacedPrice(spends.slice(0, 400)), 9);
      expect(ledger.lambda('team')).toBeCloseTo(pacedPrice(spends), 9);
    },
  );

  it('counts a report that is older than all it keeps apart', { timeout: 60_000 }, () => {
    const ledger = ledgerOf([...every(3_700, AVERAGE, 10), { second: 0, costNanoUsd: 77 }]);
    const { buckets, baseCostNanoUsd, baseRequests } = ledger.account('team');
    expect(buckets).toHaveLength(3_600);
    expect(baseCostNanoUsd + buckets.reduce((sum, bucket) => sum + bucket.costNanoUsd, 0)).toBe(
      3_700 * AVERAGE + 77,
    );
    expect(baseRequests + buckets.reduce((sum, bucket) => sum + bucket.requests, 0)).toBe(3_701);
  });

  it('has its price again after it was put back', () => {
    const ledger = ledgerOf(every(40, 2.5 * AVERAGE));
    const { lambda, ...kept } = ledger.account('team');
    const other = new BudgetLedger();
    other.restore('team', kept);
    expect(other.lambda('team')).toBe(lambda);
  });
});
