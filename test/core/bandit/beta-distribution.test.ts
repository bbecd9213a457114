import { binomialDistribution } from 'simple-statistics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaCdf,
  betaMean,
  betaOfProduct,
  betaQuantile,
  betaVariance,
  type Beta,
} from '../../../src/core/bandit/beta-distribution.js';

const shape = fc.double({ min: 0.05, max: 500, noNaN: true });
const shapes = fc.record({ alpha: shape, beta: shape });
const unit = fc.double({ min: 0, max: 1, noNaN: true });
/** Where 1 − x and asin √x keep their digits. */
const inner = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('betaCdf', () => {
  // mpmath 1.3.0, betainc(regularized=True) at 30 digits; whole shapes by the binomial sum.
  it.each([
    [0.5, 0.5, 0.1, 0.20483276469913345],
    [0.5, 0.5, 0.7, 0.6309898804344546],
    [1.5, 0.5, 0.9, 0.6041813035905922],
    [19.6, 0.4, 0.99, 0.4457916321292133],
    [2, 5, 0.2, 0.34464],
    [30, 10, 0.75, 0.4756308182615972],
    [3.7, 8.1, 0.33, 0.5780360416044807],
    [100, 60, 0.6, 0.25447291686400103],
    [0.001, 0.001, 0.3, 0.49957696213967645],
    [0.001, 1000, 1e-6, 0.9936871512713972],
    [1000, 0.001, 0.999, 0.0002196081120532491],
    [120, 1, 0.98, 0.08853787272595756],
    [5000, 5000, 0.505, 0.8413447463710366],
    [10000, 200, 0.979, 0.15523958335484286],
  ])('has the reference value for Beta(%d, %d) at %d', (alpha, beta, x, value) => {
    expect(Math.abs(betaCdf({ alpha, beta }, x) - value)).toBeLessThan(1e-9);
  });

  it('is x under Beta(1, 1), xⁿ under Beta(n, 1), and 1 − (1 − x)ⁿ under Beta(1, n)', () => {
    fc.assert(
      fc.property(unit, fc.double({ min: 0.1, max: 200, noNaN: true }), (x, n) => {
        expect(betaCdf({ alpha: 1, beta: 1 }, x)).toBeCloseTo(x, 12);
        expect(betaCdf({ alpha: n, beta: 1 }, x)).toBeCloseTo(x ** n, 11);
        expect(betaCdf({ alpha: 1, beta: n }, x)).toBeCloseTo(1 - (1 - x) ** n, 11);
      }),
    );
  });

  it('is 3x² − 2x³ under Beta(2, 2), and 2/π · asin √x under Beta(½, ½)', () => {
    fc.assert(
      fc.property(inner, (x) => {
        expect(betaCdf({ alpha: 2, beta: 2 }, x)).toBeCloseTo(3 * x * x - 2 * x ** 3, 12);
        expect(betaCdf({ alpha: 0.5, beta: 0.5 }, x)).toBeCloseTo(
          (2 / Math.PI) * Math.asin(Math.sqrt(x)),
          11,
        );
      }),
    );
  });

  it('mirrors: I_x(α, β) = 1 − I_{1−x}(β, α) (Abramowitz & Stegun 26.5.2)', () => {
    fc.assert(
      fc.property(shapes, inner, ({ alpha, beta }, x) => {
        expect(betaCdf({ alpha, beta }, x)).toBeCloseTo(1 - betaCdf({ alpha: beta, beta: alpha }, 1 - x), 10);
      }),
    );
  });

  it('is the upper tail of the binomial at whole shapes (Abramowitz & Stegun 26.5.24)', () => {
    for (const n of [1, 5, 20, 60]) {
      for (const p of [0.1, 0.5, 0.83]) {
        const masses = binomialDistribution(n, p)!;
        for (let a = 1; a <= n; a++) {
          const below = masses.slice(0, a).reduce((sum, mass) => sum + mass, 0);
          // simple-statistics stops its table where 1e-4 is left.
          expect(Math.abs(betaCdf({ alpha: a, beta: n - a + 1 }, p) - (1 - below))).toBeLessThan(2e-4);
        }
      }
    }
  });

  it('ascends from 0 to 1', () => {
    fc.assert(
      fc.property(shapes, unit, unit, (beta, one, two) => {
        const [low, high] = [betaCdf(beta, Math.min(one, two)), betaCdf(beta, Math.max(one, two))];
        expect(low >= 0 && high <= 1 + 1e-12 && low <= high + 1e-12).toBe(true);
      }),
    );
    expect([betaCdf({ alpha: 2, beta: 3 }, -1), betaCdf({ alpha: 2, beta: 3 }, 2)]).toEqual([0, 1]);
  });

  it.each([
    [1e-3, 1e-3],
    [1e-3, 1e6],
    [1e6, 1e-3],
    [1e6, 1e6],
  ])('is finite and in [0, 1] for the extreme Beta(%d, %d)', (alpha, beta) => {
    for (const x of [1e-300, 1e-12, 1e-3, 0.25, 0.4999, 0.5, 0.5001, 0.999, 1 - 1e-12]) {
      const p = betaCdf({ alpha, beta }, x);
      expect(p >= 0 && p <= 1).toBe(true);
    }
  });
});

describe('betaQuantile', () => {
  // mpmath 1.3.0, by bisection at 30 digits.
  it.each([
    [2, 5, 0.025, 0.0432718682927417],
    [2, 5, 0.5, 0.26444998329566],
    [30, 10, 0.975, 0.869623200764413],
    [0.5, 0.5, 0.9, 0.975528258147577],
    [19.6, 0.4, 0.1, 0.943148865004684],
  ])('has the reference value for Beta(%d, %d) at %d', (alpha, beta, p, value) => {
    expect(Math.abs(betaQuantile({ alpha, beta }, p) - value)).toBeLessThan(1e-11);
  });

  it('undoes betaCdf', () => {
    const moderate = fc.double({ min: 0.5, max: 300, noNaN: true });
    const levels = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(moderate, moderate, levels, (alpha, beta, p) => {
        expect(betaCdf({ alpha, beta }, betaQuantile({ alpha, beta }, p))).toBeCloseTo(p, 5);
      }),
    );
  });

  it.each([-0.1, 1.1, NaN])('refuses the level %d', (p) => {
    expect(() => betaQuantile({ alpha: 1, beta: 1 }, p)).toThrow(RangeError);
  });
});

describe('betaOfProduct', () => {
  it('has the mean and the second moment of the product (Fan 1991)', () => {
    const second = (beta: Beta): number => betaVariance(beta) + betaMean(beta) ** 2;
    fc.assert(
      fc.property(shapes, shapes, (first, other) => {
        const product = betaOfProduct(first, other);
        expect(betaMean(product)).toBeCloseTo(betaMean(first) * betaMean(other), 12);
        const exact = second(first) * second(other);
        expect(Math.abs(second(product) - exact)).toBeLessThan(1e-9 * exact);
      }),
    );
  });

  it('is exact where the product is a Beta: Beta(a, b)·Beta(a + b, c) = Beta(a, b + c)', () => {
    // E[Xⁿ] of the two factors telescopes; Johnson, Kotz & Balakrishnan, vol. 2 (1995), §25.8.
    const product = betaOfProduct({ alpha: 3, beta: 2 }, { alpha: 5, beta: 4 });
    expect(product.alpha).toBeCloseTo(3, 10);
    expect(product.beta).toBeCloseTo(6, 10);
  });
});
