import { expect, it } from 'vitest';
import { projectSpend } from '../../../src/core/budget/projected-exhaustion.js';
import { SpendHistory } from '../../../src/core/budget/spend-history.js';

const HOUR_MS = 3_600_000;
const startMs = 480_000 * HOUR_MS;
const day = { startMs, endMs: startMs + 24 * HOUR_MS };
const month = { startMs, endMs: startMs + 720 * HOUR_MS };

function spendOf(...events: readonly (readonly [hour: number, nanoUsd: number])[]): SpendHistory {
  const spend = new SpendHistory();
  for (const [hour, nanoUsd] of events) spend.add(startMs + hour * HOUR_MS, nanoUsd);
  return spend;
}

it('extends the pace of the period so far', () => {
  const now = { remainingNanoUsd: 500, nowMs: startMs + 5 * HOUR_MS };
  const { nanoUsdPerHour, exhaustedAtMs } = projectSpend(spendOf([1, 200], [4, 300]), day, now);
  expect(nanoUsdPerHour).toBeCloseTo(100, 9);
  expect(exhaustedAtMs).toBeCloseTo(startMs + 10 * HOUR_MS, 0);
});

it('looks a day back at most', () => {
  const now = { remainingNanoUsd: 1e9, nowMs: startMs + 100 * HOUR_MS };
  expect(projectSpend(spendOf([1, 1e6], [99, 240]), month, now)).toEqual({ nanoUsdPerHour: 10 });
});

it('says nothing where the period ends before, or nothing is spent', () => {
  const now = { remainingNanoUsd: 500, nowMs: startMs + 5 * HOUR_MS };
  expect(projectSpend(spendOf([1, 100]), day, now).exhaustedAtMs).toBeUndefined();
  expect(projectSpend(undefined, day, now)).toEqual({ nanoUsdPerHour: 0 });
});

it('is now where nothing remains', () => {
  const now = { remainingNanoUsd: 0, nowMs: startMs + 5 * HOUR_MS };
  expect(projectSpend(undefined, day, now).exhaustedAtMs).toBe(now.nowMs);
});
