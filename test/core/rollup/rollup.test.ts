import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { Rollup } from '../../../src/core/rollup/rollup.js';
import { RollupBook } from '../../../src/core/rollup/rollup-book.js';
import { spanStartMs, TIER_MS, tierFor } from '../../../src/core/rollup/tier.js';
import { anyLog, HOUR_MS } from '../../builders/learning.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const rollupOf = (outcomes: readonly Outcome[]): Rollup => {
  const rollup = new Rollup();
  for (const outcome of outcomes) rollup.addOutcome(outcome);
  return rollup;
};

function expectSame(left: Rollup, right: Rollup): void {
  left.sums.forEach((sum, i) => expect(sum).toBeCloseTo(right.sums[i]!, -Math.log10(Math.abs(sum) + 1) + 9));
  expect(left.latency).toEqual(right.latency);
}

describe('a rollup', () => {
  it('sums up calls, costs, latencies and qualities', () => {
    const failed = outcomeOf(2, {
      attempt: 1,
      propensityQ16: 0,
      execution: { status: 'timeout', latencyMs: 1_000 },
    });
    const rollup = rollupOf([outcomeOf(1), qualityOf(1), failed]);
    expect(['calls', 'requests', 'successes'].map((name) => rollup.get(name as 'calls'))).toEqual([2, 1, 1]);
    expect(rollup.moments('quality')).toEqual({ count: 1, sum: 0.75, squares: 0.5625 });
    expect(rollup.moments('cost')).toEqual({ count: 1, sum: 4_125_000, squares: 4_125_000 ** 2 });
    expect(rollup.moments('latency').sum).toBe(1_812.5);
    expect(rollup.latency.count).toBe(2);
  });

  it('weighs first attempts by one over their propensity, and no others', () => {
    const rollup = rollupOf([
      qualityOf(1, { propensityQ16: 16_384 }),
      qualityOf(2, { propensityQ16: 65_536 }),
      qualityOf(3, { propensityQ16: 0, attempt: 1 }),
    ]);
    const { count, sum, weight, weightSquares, weightedSum, squareWeightedSquares } =
      rollup.routed('quality');
    expect([count, sum, weight, weightSquares]).toEqual([2, 1.5, 5, 17]);
    expect(weightedSum).toBe(4 * 0.75 + 0.75);
    expect(squareWeightedSquares).toBe(17 * 0.75 ** 2);
    expect(rollup.moments('quality').count).toBe(3);
  });

  it('adds up: wherever outcomes are cut in two, the parts merged are the whole', () => {
    fc.assert(
      fc.property(anyLog(HOUR_MS), fc.double({ min: 0, max: 1, noNaN: true }), (log, share) => {
        const cut = Math.floor(share * log.length);
        const merged = rollupOf(log.slice(cut));
        merged.merge(rollupOf(log.slice(0, cut)));
        expectSame(merged, rollupOf(log));
      }),
    );
  });
});

describe('spans', () => {
  it('of a period are read from the coarsest tier that fills it', () => {
    const minute = TIER_MS.minute;
    expect([minute, 90 * minute, 60 * minute, 6 * 60 * minute, 1_440 * minute].map(tierFor)).toEqual([
      'minute',
      'minute',
      'hour',
      'hour',
      'day',
    ]);
    expect([0, 1, minute / 2, -minute].map(tierFor)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('hold each outcome once per tier, at its event time', () => {
    const book = new RollupBook();
    book.addOutcome(outcomeOf(1));
    book.addOutcome(qualityOf(1));
    const { eventTimeMs } = outcomeOf(1);
    expect(book.entries().map(({ key }) => [key.tier, key.startMs])).toEqual(
      (['minute', 'hour', 'day'] as const).map((tier) => [tier, spanStartMs(eventTimeMs, TIER_MS[tier])]),
    );
  });
});
