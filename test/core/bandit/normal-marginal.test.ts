import fc from 'fast-check';
import { cumulativeStdNormalProbability } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalMarginal } from '../../../src/core/bandit/normal-marginal.js';
import { probabilityOfBest } from '../../../src/core/bandit/probability-of-best.js';
import { sumOf } from '../../builders/statistics.js';

describe('normalCdf', () => {
  // Abramowitz & Stegun, table 26.1, and the digits beyond it as R's pnorm gives them.
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [1.96, 0.9750021048517795],
    [2.5, 0.993790334674224],
    [3, 0.99865010196837],
    [-1, 0.158655253931457],
    [-3, 1.349898031630095e-3],
    [-5, 2.866515718791939e-7],
    [-8, 6.220960574271785e-16],
    [-10, 7.619853024160525e-24],
  ])('is Φ(%d) = %d', (x, published) => {
    expect(Math.abs(normalCdf(x) / published - 1)).toBeLessThan(1e-12);
  });

  it('agrees with simple-statistics to the four digits of its table', () => {
    for (let x = -3; x <= 3; x += 0.25) {
      expect(Math.abs(normalCdf(x) - cumulativeStdNormalProbability(x))).toBeLessThan(1e-4);
    }
  });

  it('is symmetric, never falls, and stays within [0, 1], however far out', () => {
    const anyX = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(anyX, anyX, (a, b) => {
        expect(normalCdf(a) + normalCdf(-a)).toBeCloseTo(1, 14);
        expect(normalCdf(Math.max(a, b))).toBeGreaterThanOrEqual(normalCdf(Math.min(a, b)));
        expect(normalCdf(a)).toBeGreaterThanOrEqual(0);
        expect(normalCdf(a)).toBeLessThanOrEqual(1);
      }),
    );
    expect(normalCdf(-1e300)).toBe(0);
    expect(normalCdf(1e300)).toBe(1);
  });

  it('does not jump where the series hands over to the fraction', () => {
    for (const x of [-3, 3]) {
      const step = normalCdf(x + 1e-9) - normalCdf(x - 1e-9);
      expect(step).toBeCloseTo(2e-9 * (Math.exp(-4.5) / Math.sqrt(2 * Math.PI)), 14);
    }
  });
});

describe('a normal marginal', () => {
  const shares = (...arms: readonly (readonly [mean: number, sd: number])[]): Float64Array =>
    probabilityOfBest(arms.map(([mean, sd]) => normalMarginal(mean, sd)));

  it('beats another as often as the normal difference is positive', () => {
    const [mean, sd] = [
      fc.double({ min: -0.2, max: 0.2, noNaN: true }),
      fc.double({ min: 0.02, max: 0.2, noNaN: true }),
    ];
    fc.assert(
      fc.property(mean, sd, sd, (gap, one, two) => {
        const exact = normalCdf(gap / Math.hypot(one, two));
        expect(Math.abs(shares([gap, one], [0, two])[0]! - exact)).toBeLessThan(0.002);
      }),
    );
  });

  it('without variance is a value known for certain', () => {
    for (const sd of [0, 1e-11, -1, NaN]) {
      expect([...shares([0.2, sd], [0.7, sd], [0.1, sd])]).toEqual([0, 1, 0]);
      expect(shares([0.5, sd], [0.5, sd])[0]).toBeCloseTo(0.5, 12);
    }
  });

  it('gives probabilities at any mean and any variance', () => {
    const anyArm = fc.tuple(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(anyArm, { minLength: 1, maxLength: 20 }), (arms) => {
        const best = shares(...arms);
        expect(best.every((p) => p >= 0 && p <= 1 + 1e-12)).toBe(true);
        expect(sumOf(best)).toBeCloseTo(1, 9);
      }),
      { numRuns: 500 },
    );
  });
});
