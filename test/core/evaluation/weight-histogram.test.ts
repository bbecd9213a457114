import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightHistogram } from '../../../src/core/evaluation/weight-histogram.js';

const of = (...weights: number[]) => weightHistogram(weights.map((weight) => ({ weight })));

describe('the histogram of importance weights', () => {
  it('has a bucket for each power of two between the least and the largest, empty ones too', () => {
    expect(of(1, 1.99, 8, 0.5)).toEqual([
      { from: 0.5, to: 1, decisions: 1, weight: 0.5 },
      { from: 1, to: 2, decisions: 2, weight: 2.99 },
      { from: 2, to: 4, decisions: 0, weight: 0 },
      { from: 4, to: 8, decisions: 0, weight: 0 },
      { from: 8, to: 16, decisions: 1, weight: 8 },
    ]);
    expect(of()).toEqual([]);
  });

  it('puts what is next to nothing, and what is beyond all, at its ends', () => {
    const low = of(0, 1 / 300, 1 / 256);
    expect(low.map(({ from, to, decisions }) => [from, to, decisions])).toEqual([
      [0, 1 / 256, 2],
      [1 / 256, 1 / 128, 1],
    ]);
    expect(of(65_536, 1e9)).toEqual([{ from: 65_536, to: Infinity, decisions: 2, weight: 65_536 + 1e9 }]);
  });

  it('counts every weight once, between the bounds of its bucket', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (weights) => {
        const buckets = of(...weights);
        for (const { from, to, decisions } of buckets)
          expect(decisions).toBe(weights.filter((weight) => weight >= from && weight < to).length);
        expect(buckets.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(weights.length);
      }),
    );
  });
});
