import { factorial, gammaln } from 'simple-statistics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logGamma } from '../../../src/core/bandit/log-gamma.js';

describe('logGamma', () => {
  // mpmath 1.3.0, loggamma at 40 digits.
  it.each([
    [0.001, 6.907178885383853],
    [0.1, 2.252712651734206],
    [0.25, 1.2880225246980774],
    [0.5, 0.5723649429247001],
    [0.75, 0.20328095143129538],
    [1.5, -0.12078223763524522],
    [2.5, 0.2846828704729192],
    [3.3, 0.9870985778947345],
    [6.99, 6.560531049842762],
    [7, 6.579251212010101],
    [10, 12.80182748008147],
    [100, 359.1342053695754],
    [1000, 5905.220423209181],
    [1e6, 12815504.56914761],
    [1e12, 26631021115915.6],
  ])('has the reference value at %d', (x, value) => {
    expect(Math.abs(logGamma(x) - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
  });

  it('is the logarithm of the factorial at whole numbers', () => {
    for (let n = 0; n <= 20; n++) expect(logGamma(n + 1)).toBeCloseTo(Math.log(factorial(n)), 11);
  });

  it('is ln √π − k ln 2 + Σ ln(2i − 1) at halves (Abramowitz & Stegun 6.1.12)', () => {
    let exact = Math.log(Math.PI) / 2;
    for (let k = 1; k <= 30; k++) {
      exact += Math.log((2 * k - 1) / 2);
      expect(Math.abs(logGamma(k + 0.5) - exact)).toBeLessThan(1e-12 * Math.max(1, exact));
    }
  });

  it('agrees with simple-statistics, which knows it to nine digits', () => {
    for (let x = 0.05; x < 60; x += 0.37) {
      expect(Math.abs(logGamma(x) - gammaln(x))).toBeLessThan(1e-9 * Math.max(1, Math.abs(gammaln(x))));
    }
  });

  it('obeys the recurrence ln Γ(x + 1) = ln Γ(x) + ln x (Abramowitz & Stegun 6.1.15)', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (x) => {
        const [next, here] = [logGamma(x + 1), logGamma(x) + Math.log(x)];
        expect(Math.abs(next - here)).toBeLessThan(
          1e-11 * Math.max(1, Math.abs(next), Math.abs(logGamma(x))),
        );
      }),
    );
  });

  it.each([0, -1, -0.5, NaN, -Infinity])('refuses %d', (x) => {
    expect(() => logGamma(x)).toThrow(RangeError);
  });
});
