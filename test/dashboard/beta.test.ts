import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaDensity, logGamma, priorPredictive } from '../../dashboard/src/beta.js';
import { betaCdf } from '../../src/core/bandit/beta-distribution.js';
import { logGamma as coreLogGamma } from '../../src/core/bandit/log-gamma.js';

const shape = fc.record({
  alpha: fc.double({ min: 0.6, max: 400, noNaN: true }),
  beta: fc.double({ min: 0.6, max: 400, noNaN: true }),
});

describe('the page’s Beta', () => {
  it('has the core’s ln Γ', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 5000, noNaN: true }), (x) => {
        expect(Math.abs(logGamma(x) - coreLogGamma(x))).toBeLessThan(1e-9 * (1 + Math.abs(coreLogGamma(x))));
      }),
    );
  });

  it('has the density whose integral is the core’s distribution', () => {
    fc.assert(
      fc.property(shape, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (beta, x) => {
        const width = 1e-4;
        const mass = betaCdf(beta, x + width) - betaCdf(beta, x);
        const middle = betaDensity(beta, x + width / 2) * width;
        expect(Math.abs(mass - middle)).toBeLessThan(1e-3 * middle + 1e-12);
      }),
    );
  });

  it('expects outcomes whose probabilities sum to one and whose mean is the prior’s', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 60 }), (beta, n) => {
        const chances = priorPredictive(beta, n);
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
        const mean = chances.reduce((sum, chance, k) => sum + k * chance, 0);
        expect(mean).toBeCloseTo((n * beta.alpha) / (beta.alpha + beta.beta), 7);
      }),
    );
  });
});
