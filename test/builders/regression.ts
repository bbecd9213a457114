import fc from 'fast-check';
import { LinearArm } from '../../src/core/bandit/linear/linear-arm.js';
import {
  LinearPosterior,
  type LinearPrior,
  type WeightedSums,
} from '../../src/core/bandit/linear/linear-posterior.js';
import { LinearSums, type LinearObservation } from '../../src/core/bandit/linear/linear-sums.js';
import { dot, solveDense, type Matrix } from './dense-solve.js';

export const PRIOR: LinearPrior = { interceptMean: 0.7, interceptPrecision: 2, slopePrecision: 25 };

/** What a regression is taught in tests: y at x, by some weight. */
export interface Sample {
  readonly x: Float64Array;
  readonly y: number;
  readonly weight: number;
}

/** Contexts as requests have them: 1 first, the rest in steps of 1/48 up to ±127 of them. */
export const anyContext = (size: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.integer({ min: -127, max: 127 }), { minLength: size - 1, maxLength: size - 1 })
    .map((steps) => Float64Array.from([48, ...steps], (step) => step / 48));

export const anySample = (size: number, leastWeight = 0.01): fc.Arbitrary<Sample> =>
  fc.record({
    x: anyContext(size),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    weight: fc.double({ min: leastWeight, max: 4, noNaN: true }),
  });

export const anySamples = (size: number, maxLength = 40): fc.Arbitrary<Sample[]> =>
  fc.array(anySample(size), { maxLength });

export const observationOf = (
  sample: Sample,
  changes: Partial<LinearObservation> = {},
): LinearObservation => ({
  ...sample,
  predicted: 0.5,
  logarithmic: false,
  ...changes,
});

export function sumsOf(size: number, samples: readonly Sample[]): LinearSums {
  const sums = new LinearSums(size);
  for (const sample of samples) sums.add(observationOf(sample));
  return sums;
}

export function armOf(size: number, samples: readonly Sample[]): LinearArm {
  const arm = LinearArm.empty(size);
  for (const sample of samples) arm.observe(observationOf(sample));
  return arm;
}

export const posteriorOf = (
  size: number,
  parts: readonly WeightedSums[],
  prior: LinearPrior = PRIOR,
): LinearPosterior => new LinearPosterior(prior, size, parts);

/** A = Λ₀ + Σ w·x·xᵀ and Λ₀m₀ + Σ w·y·x, straight from the samples. */
export function normalEquations(
  size: number,
  samples: readonly Sample[],
  prior: LinearPrior = PRIOR,
): { matrix: Matrix; right: number[] } {
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      const own = i !== j ? 0 : i === 0 ? prior.interceptPrecision : prior.slopePrecision;
      return samples.reduce((sum, { x, weight }) => sum + weight * x[i]! * x[j]!, own);
    }),
  );
  const right = Array.from({ length: size }, (_, i) => {
    const own = i === 0 ? prior.interceptPrecision * prior.interceptMean : 0;
    return samples.reduce((sum, { x, y, weight }) => sum + weight * y * x[i]!, own);
  });
  return { matrix, right };
}

/** θᵀx and xᵀA⁻¹x by solving the normal equations anew. */
export function directPrediction(
  size: number,
  { samples, x, prior = PRIOR }: { samples: readonly Sample[]; x: Float64Array; prior?: LinearPrior },
): { mean: number; leverage: number } {
  const { matrix, right } = normalEquations(size, samples, prior);
  return { mean: dot(solveDense(matrix, right), x), leverage: dot(solveDense(matrix, [...x]), x) };
}

/** The difference of two numbers, relative to the larger or to one. */
export const relativeGap = (a: number, b: number): number =>
  Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));

/** The largest gap between two posteriors' coefficients and inverses. */
export function posteriorGap(a: LinearPosterior, b: LinearPosterior): number {
  const gap = (p: Float64Array, q: Float64Array): number =>
    p.reduce((worst, value, i) => Math.max(worst, relativeGap(value, q[i]!)), 0);
  return Math.max(gap(a.theta, b.theta), gap(a.inverse, b.inverse));
}
