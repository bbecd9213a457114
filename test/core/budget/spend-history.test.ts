import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_QUARTERS, QUARTER_MS, SpendHistory } from '../../../src/core/budget/spend-history.js';

interface Spend {
  readonly timeMs: number;
  readonly costNanoUsd: number;
}

const START_MS = 2_000_000 * QUARTER_MS;
const historyOf = (spends: readonly Spend[]): SpendHistory => {
  const history = new SpendHistory();
  for (const { timeMs, costNanoUsd } of spends) history.add(timeMs, costNanoUsd);
  return history;
};
const contentOf = (history: SpendHistory) => ({
  older: history.olderNanoUsd,
  quarters: [...history.entries()],
});
const all = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const full = (count: number, costNanoUsd = 1): Spend[] =>
  Array.from({ length: count }, (_, i) => ({ timeMs: START_MS + i * QUARTER_MS, costNanoUsd }));

const anySpends = fc.array(
  fc.record({
    timeMs: fc.nat(40 * QUARTER_MS).map((ms) => START_MS + ms),
    costNanoUsd: fc.nat(5_000_000),
  }),
  { maxLength: 80 },
);

describe('the history of spend', () => {
  it('does not depend on the order of reports', () => {
    fc.assert(
      fc.property(
        anySpends.chain((spends) =>
          fc.tuple(fc.constant(spends), fc.shuffledSubarray(spends, { minLength: spends.length })),
        ),
        ([spends, shuffled]) => {
          expect(contentOf(historyOf(shuffled))).toEqual(contentOf(historyOf(spends)));
        },
      ),
    );
  });

  it('merges to what one replica alone would have', () => {
    fc.assert(
      fc.property(anySpends, anySpends, (here, there) => {
        const merged = historyOf(here);
        merged.merge(historyOf(there));
        expect(contentOf(merged)).toEqual(contentOf(historyOf([...here, ...there])));
      }),
    );
  });

  it('sums exactly the quarters of a period, also while it goes on growing', () => {
    fc.assert(
      fc.property(anySpends, fc.nat(40), fc.nat(40), (spends, first, length) => {
        const period = {
          startMs: START_MS + first * QUARTER_MS,
          endMs: START_MS + (first + length) * QUARTER_MS,
        };
        const history = new SpendHistory();
        let expected = 0;
        for (const { timeMs, costNanoUsd } of spends) {
          history.add(timeMs, costNanoUsd);
          if (timeMs >= period.startMs && timeMs < period.endMs) expected += costNanoUsd;
          expect(history.between(period)).toBe(expected);
        }
        expect(history.between(all)).toBe(spends.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0));
        expect(history.between(period)).toBe(expected);
      }),
    );
  });

  it('keeps two months apart and sums up what is older, in any order', () => {
    const spends = full(MAX_QUARTERS + 50, 3);
    const [up, down] = [historyOf(spends), historyOf([...spends].reverse())];
    expect(contentOf(up)).toEqual(contentOf(down));
    expect([...up.entries()]).toHaveLength(MAX_QUARTERS);
    expect(up.olderNanoUsd).toBe(150);
  });

  it('forgets what it sums up from a sum that was asked for', () => {
    const history = historyOf(full(MAX_QUARTERS));
    expect(history.between(all)).toBe(MAX_QUARTERS);
    history.add(START_MS + MAX_QUARTERS * QUARTER_MS, 1);
    expect(history.between(all)).toBe(MAX_QUARTERS);
    history.add(START_MS, 7);
    expect(history.between(all)).toBe(MAX_QUARTERS);
    expect(history.olderNanoUsd).toBe(8);
  });

  it('keeps no room for what cost nothing', () => {
    expect([...historyOf([{ timeMs: START_MS, costNanoUsd: 0 }]).entries()]).toEqual([]);
  });
});
