import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearPrior } from '../../../../src/core/bandit/linear/linear-posterior.js';
import { LinearSums } from '../../../../src/core/bandit/linear/linear-sums.js';
import { solveDense } from '../../../builders/dense-solve.js';
import {
  anyContext,
  anySamples,
  directPrediction,
  normalEquations,
  posteriorGap,
  posteriorOf,
  PRIOR,
  relativeGap,
  sumsOf,
} from '../../../builders/regression.js';

const SIZE = 8;
const anyPrior: fc.Arbitrary<LinearPrior> = fc.record({
  interceptMean: fc.double({ min: -2, max: 8, noNaN: true }),
  interceptPrecision: fc.double({ min: 0.5, max: 50, noNaN: true }),
  slopePrecision: fc.double({ min: 1, max: 100, noNaN: true }),
});

describe('a linear posterior (Bishop, PRML, eqs. 3.50–3.54)', () => {
  it('predicts what a dense solve of the normal equations does, to 1e-9', () => {
    fc.assert(
      fc.property(anySamples(SIZE), anyContext(SIZE), anyPrior, (samples, x, prior) => {
        const posterior = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, samples), factor: 1 }], prior);
        const direct = directPrediction(SIZE, { samples, x, prior });
        expect(relativeGap(posterior.mean(x), direct.mean)).toBeLessThan(1e-9);
        expect(relativeGap(posterior.leverage(x), direct.leverage)).toBeLessThan(1e-9);
      }),
    );
  });

  it.each([1, 2, 26, 86])('holds the dense solution’s coefficients at %d coordinates', (size) => {
    const [samples] = fc.sample(anySamples(size, 3 * size), { numRuns: 1, seed: 7 });
    const posterior = posteriorOf(size, [{ sums: sumsOf(size, samples!), factor: 1 }]);
    const { matrix, right } = normalEquations(size, samples!);
    solveDense(matrix, right).forEach((theta, i) => {
      expect(relativeGap(posterior.theta[i]!, theta)).toBeLessThan(1e-9);
    });
  });

  it('is by hand, for one observation of weight 2: A = Λ₀ + 2xxᵀ', () => {
    // Sherman & Morrison: A⁻¹x = Λ₀⁻¹x / (1 + 2xᵀΛ₀⁻¹x), with Λ₀ = diag(2, 25), x = (1, 1), y = 1, m₀ = (0.7, 0).
    const x = Float64Array.of(1, 1);
    const leverage = 1 / 2 + 1 / 25;
    const posterior = posteriorOf(2, [{ sums: sumsOf(2, [{ x, y: 1, weight: 2 }]), factor: 1 }]);
    expect(posterior.leverage(x)).toBeCloseTo(leverage / (1 + 2 * leverage), 14);
    expect(posterior.mean(x)).toBeCloseTo(0.7 + (0.3 * 2 * leverage) / (1 + 2 * leverage), 14);
  });

  it('equals its prior where nothing was taught', () => {
    fc.assert(
      fc.property(anyContext(SIZE), anyPrior, (x, prior) => {
        for (const parts of [[], [{ sums: new LinearSums(SIZE), factor: 1 }]]) {
          const posterior = posteriorOf(SIZE, parts, prior);
          const slopes = x.slice(1).reduce((sum, value) => sum + value * value, 0);
          const leverage = 1 / prior.interceptPrecision + slopes / prior.slopePrecision;
          expect(relativeGap(posterior.mean(x), prior.interceptMean)).toBeLessThan(1e-12);
          expect(relativeGap(posterior.leverage(x), leverage)).toBeLessThan(1e-12);
        }
      }),
    );
  });

  it('follows observations one by one as if it were made anew', () => {
    fc.assert(
      fc.property(anySamples(SIZE), anySamples(SIZE), (first, then) => {
        const grown = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, first), factor: 1 }]);
        for (const { x, y, weight } of then) grown.observe(x, y, weight);
        const anew = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, [...first, ...then]), factor: 1 }]);
        expect(posteriorGap(grown, anew)).toBeLessThan(1e-9);
      }),
    );
  });

  it('still does after 20,000 observations', () => {
    const samples = fc.sample(anySamples(SIZE, 100), { numRuns: 400, seed: 11 }).flat();
    const grown = posteriorOf(SIZE, []);
    let taught = 0;
    while (taught < 20_000) {
      const { x, y, weight } = samples[taught++ % samples.length]!;
      grown.observe(x, y, weight);
    }
    const all = Array.from({ length: taught }, (_, i) => samples[i % samples.length]!);
    const anew = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, all), factor: 1 }]);
    expect(posteriorGap(grown, anew)).toBeLessThan(1e-9);
  });

  it('is never less sure after an observation, and never sure beyond doubt', () => {
    fc.assert(
      fc.property(anySamples(SIZE), anyContext(SIZE), (samples, asked) => {
        const posterior = posteriorOf(SIZE, []);
        let last = posterior.leverage(asked);
        for (const { x, y, weight } of samples) {
          posterior.observe(x, y, weight);
          const leverage = posterior.leverage(asked);
          expect(leverage).toBeGreaterThan(0);
          expect(leverage).toBeLessThanOrEqual(last * (1 + 1e-12));
          last = leverage;
        }
      }),
    );
  });

  it('refuses a prior that is none', () => {
    const improper = { ...PRIOR, slopePrecision: -1 };
    expect(() => posteriorOf(SIZE, [], improper)).toThrow(RangeError);
  });
});
