import { describe, expect, it } from 'vitest';
import {
  affordable,
  RESERVATION_LIFE_MS,
  retryAfterMs,
  standingOf,
  type PeriodBudget,
} from '../../../src/core/budget/period-standing.js';
import { SpendHistory } from '../../../src/core/budget/spend-history.js';

const NOON_MS = Date.parse('2026-03-10T12:00:00Z');
const HOUR_MS = 3_600_000;
const DAILY: PeriodBudget = { limitNanoUsd: 1000, every: 'day', timeZone: 'UTC', onExhausted: 'stop' };
const standing = (spentNanoUsd = 0, reservedNanoUsd = 0, changes: Partial<PeriodBudget> = {}) => {
  const spend = new SpendHistory();
  spend.add(NOON_MS, spentNanoUsd);
  return standingOf({ ...DAILY, ...changes }, spend, { reservedNanoUsd, nowMs: NOON_MS });
};

describe('what remains of a period', () => {
  it('is the limit less what was spent and what is held, and never less than nothing', () => {
    expect(standing(300, 200)).toMatchObject({
      spentNanoUsd: 300,
      reservedNanoUsd: 200,
      remainingNanoUsd: 500,
    });
    expect(standing(900, 200).remainingNanoUsd).toBe(0);
    expect(standingOf(DAILY, undefined, { reservedNanoUsd: 0, nowMs: NOON_MS }).remainingNanoUsd).toBe(1000);
  });

  it('counts spend of this period alone', () => {
    const spend = new SpendHistory();
    spend.add(NOON_MS - 24 * HOUR_MS, 999);
    spend.add(NOON_MS - 12 * HOUR_MS, 5);
    const now = { reservedNanoUsd: 0, nowMs: NOON_MS };
    expect(standingOf(DAILY, spend, now).spentNanoUsd).toBe(5);
    expect(standingOf({ ...DAILY, every: 'week' }, spend, now).spentNanoUsd).toBe(1004);
    // In Auckland, noon UTC is one in the morning of the next day.
    expect(standingOf({ ...DAILY, timeZone: 'Pacific/Auckland' }, spend, now).spentNanoUsd).toBe(0);
  });
});

describe('what a period covers', () => {
  it('is every candidate that fits, to the nano-dollar', () => {
    expect(affordable([1000, 1001, 3, 999.5], standing())).toEqual({ kept: [0, 2, 3] });
    expect(affordable([400, 300, 300.5], standing(700))).toEqual({ kept: [1] });
  });

  it('is nothing once not even the cheapest fits, where the budget stops', () => {
    expect(affordable([50, 20, 30], standing(985))).toEqual({ kept: [], uncoveredNanoUsd: 20 });
  });

  it('is the cheapest alone then, where it does not; of equals the first', () => {
    const soft = standing(5000, 0, { onExhausted: 'cheapest' });
    expect(affordable([50, 20, 20], soft)).toEqual({ kept: [1], uncoveredNanoUsd: 20 });
  });

  it('still is what costs nothing', () => {
    expect(affordable([50, 0], standing(5000))).toEqual({ kept: [1] });
  });

  it('is nothing of nothing', () => {
    expect(affordable([], standing(5000))).toEqual({ kept: [] });
  });
});

describe('the time to ask again', () => {
  it('is the end of the period', () => {
    expect(retryAfterMs(standing(990, 0), 20, NOON_MS)).toBe(12 * HOUR_MS);
  });

  it('is sooner where only money that is held stands in the way', () => {
    expect(retryAfterMs(standing(900, 90), 20, NOON_MS)).toBe(RESERVATION_LIFE_MS);
    const late = NOON_MS + 12 * HOUR_MS - 1000;
    expect(retryAfterMs(standing(900, 90), 20, late)).toBe(1000);
  });
});
