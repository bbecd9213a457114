import { cumulativeStdNormalProbability, mean, variance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { betaCdf, betaMean, betaVariance } from '../../../src/core/bandit/beta-distribution.js';
import { sampleBeta, sampleLogGamma, sampleNormal } from '../../../src/core/bandit/sample.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { kolmogorovDistance, kolmogorovLimit } from '../../builders/statistics.js';

const DRAWS = 50_000;
const drawsOf = (draw: () => number, count = DRAWS): number[] => Array.from({ length: count }, draw);

describe('sampleNormal', () => {
  const rng = rngFromSeed(1958n);
  const draws = drawsOf(() => sampleNormal(rng));
  it('has mean 0 and variance 1', () => {
    expect(Math.abs(mean(draws))).toBeLessThan(4 / Math.sqrt(DRAWS));
    expect(Math.abs(variance(draws) - 1)).toBeLessThan(4 * Math.sqrt(2 / DRAWS));
  });
  it('is normally distributed (Kolmogorov–Smirnov)', () => {
    // simple-statistics looks its values up in a table of four digits.
    expect(kolmogorovDistance(draws, cumulativeStdNormalProbability)).toBeLessThan(
      kolmogorovLimit(DRAWS) + 0.003,
    );
  });
});

describe('sampleLogGamma', () => {
  it.each([0.3, 1, 2.5, 40])('draws a Gamma of mean and variance %d', (shape) => {
    const rng = rngFromSeed(2000n);
    const draws = drawsOf(() => Math.exp(sampleLogGamma(shape, rng)));
    expect(Math.abs(mean(draws) - shape)).toBeLessThan(4 * Math.sqrt(shape / DRAWS));
    // Var(s²) ≈ (μ₄ − σ⁴)/n, and μ₄ = 3k² + 6k.
    const spread = Math.sqrt((2 * shape * shape + 6 * shape) / DRAWS);
    expect(Math.abs(variance(draws) - shape)).toBeLessThan(4 * spread);
  });

  it('is exponential at shape 1', () => {
    const rng = rngFromSeed(3n);
    const draws = drawsOf(() => Math.exp(sampleLogGamma(1, rng)));
    expect(kolmogorovDistance(draws, (x) => 1 - Math.exp(-x))).toBeLessThan(kolmogorovLimit(DRAWS));
  });

  it.each([1e-3, 1e6])('is finite at the extreme shape %d', (shape) => {
    const rng = rngFromSeed(4n);
    for (const draw of drawsOf(() => sampleLogGamma(shape, rng), 2_000))
      expect(Number.isFinite(draw)).toBe(true);
  });
});

describe('sampleBeta', () => {
  const SHAPES = [
    [1, 1],
    [0.5, 0.5],
    [1.5, 0.5],
    [2, 7],
    [30, 10],
    [400, 3],
  ] as const;

  it.each(SHAPES)('has the mean and variance of Beta(%d, %d)', (alpha, beta) => {
    const rng = rngFromSeed(5n);
    const draws = drawsOf(() => sampleBeta({ alpha, beta }, rng));
    const sd = Math.sqrt(betaVariance({ alpha, beta }));
    expect(Math.abs(mean(draws) - betaMean({ alpha, beta }))).toBeLessThan((4 * sd) / Math.sqrt(DRAWS));
    expect(Math.abs(variance(draws) / (sd * sd) - 1)).toBeLessThan(0.03);
  });

  it.each(SHAPES)('is distributed as Beta(%d, %d) (Kolmogorov–Smirnov)', (alpha, beta) => {
    const rng = rngFromSeed(6n);
    const draws = drawsOf(() => sampleBeta({ alpha, beta }, rng));
    expect(kolmogorovDistance(draws, (x) => betaCdf({ alpha, beta }, x))).toBeLessThan(
      kolmogorovLimit(DRAWS),
    );
  });

  it.each([
    [1e-3, 1e-3],
    [1e-3, 1e6],
    [1e6, 1e6],
  ])('stays in [0, 1] at the extreme Beta(%d, %d)', (alpha, beta) => {
    const rng = rngFromSeed(7n);
    for (const x of drawsOf(() => sampleBeta({ alpha, beta }, rng), 2_000))
      expect(x >= 0 && x <= 1).toBe(true);
  });
});
