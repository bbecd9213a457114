import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packInterval, unpackInterval } from '../../../src/core/cost/cost-interval.js';

const estimate = (meanNanoUsd: number, lowNanoUsd: number, highNanoUsd: number) => ({
  meanNanoUsd,
  medianNanoUsd: meanNanoUsd,
  lowNanoUsd,
  highNanoUsd,
  inputTokens: 0,
  outputTokens: 0,
});
const factor = fc.double({ min: 1, max: 100, noNaN: true });

describe('an interval of cost in two bytes', () => {
  it('comes back to 1.2 % of itself where it is narrow, to 5 % within a factor of a hundred', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), factor, factor, (mean, below, above) => {
        const packed = packInterval(estimate(mean, mean / below, mean * above));
        expect(packed).toBeLessThanOrEqual(0xffff);
        const { lowNanoUsd, highNanoUsd } = unpackInterval(mean, packed);
        for (const [got, wanted] of [
          [mean / lowNanoUsd, below],
          [highNanoUsd / mean, above],
        ] as const) {
          expect(Math.abs(got / wanted - 1)).toBeLessThan(wanted < 1.25 ? 0.012 : 0.05);
        }
      }),
    );
  });

  it('is none where nothing is expected, and at its widest where the lower end is nothing', () => {
    expect(packInterval(estimate(0, 0, 0))).toBe(0);
    expect(packInterval(estimate(100, 100, 100))).toBe(0);
    expect(packInterval(estimate(100, 0, 100)) & 0xff).toBe(255);
  });
});
