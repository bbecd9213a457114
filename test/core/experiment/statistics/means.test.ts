import fc from 'fast-check';
import { sampleVariance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { adjustedMeans } from '../../../../src/core/experiment/statistics/cuped.js';
import {
  emptyClusterSums,
  observeUnit,
  type ClusterSums,
} from '../../../../src/core/experiment/statistics/cluster-sums.js';
import { ratioMean } from '../../../../src/core/experiment/statistics/ratio-mean.js';

interface Seen {
  readonly unit: number;
  readonly value: number;
  readonly weight: number;
  readonly covariate: number;
}

/** The sums, one observation after the other. */
function foldedSums(observations: readonly Seen[]): ClusterSums {
  const sums = emptyClusterSums();
  const units = new Map<number, { x: number; y: number; z: number }>();
  for (const observation of observations) {
    const totals = units.get(observation.unit) ?? { x: 0, y: 0, z: 0 };
    observeUnit(sums, totals, observation);
    units.set(observation.unit, totals);
  }
  return sums;
}

/** The same worked out from all observations at once, in the plain form of the formula. */
function plainRatio(observations: readonly Seen[]) {
  const ids = [...new Set(observations.map(({ unit }) => unit))];
  const total = (unit: number, f: (seen: Seen) => number) =>
    observations.filter((seen) => seen.unit === unit).reduce((sum, seen) => sum + f(seen), 0);
  const x = ids.map((unit) => total(unit, ({ weight }) => weight));
  const y = ids.map((unit) => total(unit, ({ weight, value }) => weight * value));
  const sumX = x.reduce((a, b) => a + b, 0);
  const mean = y.reduce((a, b) => a + b, 0) / sumX;
  const n = ids.length;
  const squares = ids.reduce((sum, _, u) => sum + (y[u]! - mean * x[u]!) ** 2, 0);
  return { mean, standardError: Math.sqrt((n / (n - 1)) * squares) / sumX };
}

const seen = fc.record({
  unit: fc.nat(8),
  value: fc.double({ min: 0, max: 1, noNaN: true }),
  weight: fc.constantFrom(1, 2, 20),
  covariate: fc.double({ min: -2, max: 2, noNaN: true }),
});
const observations = fc.tuple(
  fc.array(seen, { maxLength: 40 }),
  fc.tuple(
    seen.map((one) => ({ ...one, unit: 0 })),
    seen.map((one) => ({ ...one, unit: 1 })),
  ),
);

describe('a mean over units', () => {
  it('is the ratio of sums with the error of the delta method, in whatever order observations came', () => {
    fc.assert(
      fc.property(observations, ([some, two]) => {
        const all = [...some, ...two];
        const found = ratioMean(foldedSums(all));
        const turned = ratioMean(foldedSums([...all].reverse()));
        const expected = plainRatio(all);
        expect(found.mean).toBeCloseTo(expected.mean, 10);
        expect(found.standardError).toBeCloseTo(expected.standardError, 6);
        expect(turned.standardError).toBeCloseTo(found.standardError, 6);
      }),
    );
  });

  it('is the plain mean and its standard error where each unit has one observation (simple-statistics)', () => {
    const values = [0.2, 0.9, 0.4, 0.55, 1, 0.35];
    const { mean, standardError, units } = ratioMean(
      foldedSums(values.map((value, unit) => ({ unit, value, weight: 1, covariate: 0 }))),
    );
    expect(units).toBe(6);
    expect(mean).toBeCloseTo(values.reduce((a, b) => a + b) / 6, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(sampleVariance(values) / 6), 12);
  });

  it('has no error below two units', () => {
    expect(ratioMean(foldedSums([{ unit: 1, value: 1, weight: 1, covariate: 0 }])).standardError).toBeNaN();
  });
});

describe('a mean with what a covariate explains taken away', () => {
  const arm = (shift: number, noise: readonly number[]): ClusterSums =>
    foldedSums(
      noise.map((e, unit) => ({
        unit,
        covariate: unit % 5,
        value: shift + 0.1 * (unit % 5) + 0.01 * e,
        weight: 1,
      })),
    );
  const wave = (offset: number) => Array.from({ length: 50 }, (_, i) => Math.sin(7 * i + offset));

  it('keeps the difference and loses the variance that goes with it (least squares in θ)', () => {
    const arms = [arm(0.2, wave(0)), arm(0.3, wave(1))];
    const { means, theta, varianceReduction } = adjustedMeans(arms);
    expect(theta).toBeCloseTo(0.1, 2);
    expect(means[1]!.mean - means[0]!.mean).toBeCloseTo(0.1, 2);
    expect(varianceReduction).toBeGreaterThan(0.99);
    expect(means[0]!.standardError).toBeLessThan(0.1 * ratioMean(arms[0]!).standardError);
  });

  it('changes nothing where the covariate is the same for all', () => {
    const sums = foldedSums(wave(0).map((e, unit) => ({ unit, covariate: 3, value: e, weight: 1 })));
    const { means, theta } = adjustedMeans([sums, sums]);
    expect(theta).toBe(0);
    expect(means[0]).toEqual(ratioMean(sums));
  });

  it('never has more variance than the plain means, by θ’s choice', () => {
    fc.assert(
      fc.property(observations, observations, ([a, firstTwo], [b, otherTwo]) => {
        const arms = [foldedSums([...a, ...firstTwo]), foldedSums([...b, ...otherTwo])];
        const { varianceReduction } = adjustedMeans(arms);
        expect(varianceReduction).toBeGreaterThanOrEqual(0);
        expect(varianceReduction).toBeLessThanOrEqual(1);
      }),
    );
  });
});
