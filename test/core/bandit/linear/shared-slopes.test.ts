import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centredSums } from '../../../../src/core/bandit/linear/centred-sums.js';
import { LinearPosterior } from '../../../../src/core/bandit/linear/linear-posterior.js';
import type { LinearSums } from '../../../../src/core/bandit/linear/linear-sums.js';
import { SharedSlopes, type SlopeLenders } from '../../../../src/core/bandit/linear/shared-slopes.js';
import type { SlopeSettings } from '../../../../src/core/bandit/settings.js';
import { sampleNormal } from '../../../../src/core/bandit/sample.js';
import { rngFromSeed } from '../../../../src/core/random.js';
import type { ArmId } from '../../../../src/core/registry/model.js';
import { solveDense } from '../../../builders/dense-solve.js';
import {
  anySample,
  normalEquations,
  PRIOR,
  relativeGap,
  sumsOf,
  type Sample,
} from '../../../builders/regression.js';

const SIZE = 5;
const SETTINGS: SlopeSettings = {
  slopePrecision: 25,
  slopePrecisions: [8, 25, 80, 250, 800, 2500],
  sharedSlopeOutcomes: 50,
};

function lendersOf(
  arms: readonly (readonly LinearSums[])[],
  changes: Partial<SlopeLenders> = {},
): SlopeLenders {
  const settings = SETTINGS;
  return {
    settings,
    factor: 1,
    taught: 0,
    noise: { variance: 0.02, strength: 20 },
    arms: () => new Map(arms.map((parts, k) => [(k + 1) as ArmId, parts])),
    ...changes,
  };
}

/** Samples with y = level + slopes·x + noise, x uniform in [−1, 1]. */
function samplesOf(
  count: number,
  { level, slopes, sd = 0.1, seed }: { level: number; slopes: readonly number[]; sd?: number; seed: bigint },
): Sample[] {
  const rng = rngFromSeed(seed);
  return Array.from({ length: count }, () => {
    const x = Float64Array.from({ length: SIZE }, (_, i) => (i === 0 ? 1 : 2 * rng() - 1));
    const y = slopes.reduce((sum, slope, i) => sum + slope * x[i + 1]!, level) + sd * sampleNormal(rng);
    return { x, y, weight: 1 };
  });
}

/** β̄ from the samples: each arm's centred by its own weighted mean, its weight cut to what it may lend. */
function sharedByHand(
  arms: readonly (readonly Sample[])[],
  { slopePrecision, sharedSlopeOutcomes }: SlopeSettings,
) {
  const lent = arms.flatMap((samples) => {
    const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
    const mean = (of: (sample: Sample) => number): number =>
      samples.reduce((sum, sample) => sum + sample.weight * of(sample), 0) / weight;
    const [centre, level] = [
      Array.from({ length: SIZE }, (_, i) => mean(({ x }) => x[i]!)),
      mean(({ y }) => y),
    ];
    return samples.map((sample) => ({
      x: Float64Array.from(sample.x, (value, i) => value - centre[i]!).subarray(1),
      y: sample.y - level,
      weight: sample.weight * Math.min(1, sharedSlopeOutcomes / weight),
    }));
  });
  const prior = { ...PRIOR, interceptMean: 0, interceptPrecision: slopePrecision, slopePrecision };
  const { matrix, right } = normalEquations(SIZE - 1, lent, prior);
  return solveDense(matrix, right);
}

/** Samples that weigh at least as much as `count` outcomes. */
const enoughOf = (count: number): fc.Arbitrary<Sample[]> =>
  fc.array(anySample(SIZE, 1), { minLength: count, maxLength: 40 });

describe('slopes shared by all arms', () => {
  it('are the ridge solution of all arms’ outcomes, each about its own mean and cut to what it may lend', () => {
    fc.assert(
      fc.property(enoughOf(12), fc.array(enoughOf(2), { maxLength: 3 }), (first, others) => {
        const arms = [first, ...others];
        const settings = { ...SETTINGS, sharedSlopeOutcomes: 30 };
        const lenders = lendersOf(
          arms.map((samples) => [sumsOf(SIZE, samples)]),
          { settings },
        );
        const { mean } = new SharedSlopes(SIZE).read(lenders);
        const expected = sharedByHand(arms, settings);
        expect(mean[0]).toBe(0);
        for (const [i, value] of expected.entries())
          expect(relativeGap(mean[i + 1]!, value)).toBeLessThan(1e-9);
      }),
    );
  });

  it('do not depend on how an arm’s outcomes are dealt to use cases', () => {
    const samples = samplesOf(60, { level: 0.5, slopes: [0.2, -0.1, 0, 0.3], seed: 1n });
    const whole = new SharedSlopes(SIZE).read(lendersOf([[sumsOf(SIZE, samples)]]));
    const parts = [samples.slice(0, 7), samples.slice(7, 40), samples.slice(40)].map((part) =>
      sumsOf(SIZE, part),
    );
    const dealt = new SharedSlopes(SIZE).read(lendersOf([parts]));
    expect(dealt.precision).toBe(whole.precision);
    dealt.mean.forEach((value, i) => expect(relativeGap(value, whole.mean[i]!)).toBeLessThan(1e-9));
  });

  it('are those that arms have in common, however far apart their levels are', () => {
    const slopes = [0.3, -0.2, 0.1, 0];
    const arms = [0.1, 0.5, 0.9].map((level, k) => [
      sumsOf(SIZE, samplesOf(400, { level, slopes, seed: BigInt(k) })),
    ]);
    const { mean } = new SharedSlopes(SIZE).read(
      lendersOf(arms, { settings: { ...SETTINGS, sharedSlopeOutcomes: 400 } }),
    );
    slopes.forEach((slope, i) => expect(Math.abs(mean[i + 1]! - slope)).toBeLessThan(0.03));
  });

  it('are zero where none may be lent, and where fewer than ten outcomes are known', () => {
    const sums = (count: number): LinearSums =>
      sumsOf(SIZE, samplesOf(count, { level: 0.5, slopes: [1, 1, 1, 1], seed: 3n }));
    const alone = { ...SETTINGS, sharedSlopeOutcomes: 0 };
    const zeros = new Float64Array(SIZE);
    expect(new SharedSlopes(SIZE).read(lendersOf([[sums(100)]], { settings: alone })).mean).toEqual(zeros);
    expect(new SharedSlopes(SIZE).read(lendersOf([[sums(9)]]))).toEqual({ mean: zeros, precision: 25 });
    expect(new SharedSlopes(SIZE).read(lendersOf([]))).toEqual({ mean: zeros, precision: 25 });
  });
});

describe('the precision of an arm’s slopes', () => {
  const armsOf = (slopes: readonly number[], seed: bigint) =>
    [0n, 1n, 2n].map((k) => [sumsOf(SIZE, samplesOf(200, { level: 0.6, slopes, seed: seed + k }))]);
  const settings = { ...SETTINGS, sharedSlopeOutcomes: 0 };

  it('is the highest where contexts say nothing', () => {
    const { precision } = new SharedSlopes(SIZE).read(lendersOf(armsOf([0, 0, 0, 0], 10n), { settings }));
    expect(precision).toBeGreaterThanOrEqual(800);
  });

  it('is the lowest where they say much', () => {
    const { precision } = new SharedSlopes(SIZE).read(
      lendersOf(armsOf([0.5, -0.5, 0.4, 0.3], 20n), { settings }),
    );
    expect(precision).toBe(8);
  });

  it('is high where arms differ in level alone, once their slopes are shared', () => {
    const arms = armsOf([0.5, -0.5, 0.4, 0.3], 30n);
    const { precision } = new SharedSlopes(SIZE).read(
      lendersOf(arms, { settings: { ...SETTINGS, sharedSlopeOutcomes: 200 } }),
    );
    expect(precision).toBeGreaterThanOrEqual(250);
  });

  it('stays as set where there are none to choose from', () => {
    const { precision } = new SharedSlopes(SIZE).read(
      lendersOf(armsOf([0, 0, 0, 0], 10n), { settings: { ...settings, slopePrecisions: [] } }),
    );
    expect(precision).toBe(25);
  });
});

describe('when they are made anew', () => {
  const samples = samplesOf(400, { level: 0.5, slopes: [0.2, 0.1, 0, 0], seed: 5n });
  const at = (count: number, changes: Partial<SlopeLenders> = {}): SlopeLenders =>
    lendersOf([[sumsOf(SIZE, samples.slice(0, count))]], { taught: count, ...changes });

  it('not before a tenth more is known', () => {
    const shared = new SharedSlopes(SIZE);
    const first = shared.read(at(100));
    expect(shared.read(at(109))).toBe(first);
    const second = shared.read(at(110));
    expect(second).not.toBe(first);
    expect(second.mean).toEqual(new SharedSlopes(SIZE).read(at(110)).mean);
  });

  it('when decay has moved by a tenth, when settings change, and when sums were scaled', () => {
    const shared = new SharedSlopes(SIZE);
    const first = shared.read(at(100));
    expect(shared.read(at(100, { factor: 0.95 }))).toBe(first);
    const decayed = shared.read(at(100, { factor: 0.85 }));
    expect(decayed).not.toBe(first);
    const settings = { ...SETTINGS, sharedSlopeOutcomes: 10 };
    const changed = shared.read(at(100, { factor: 0.85, settings }));
    expect(changed).not.toBe(decayed);
    shared.forget();
    expect(shared.read(at(100, { factor: 0.85, settings }))).not.toBe(changed);
  });

  it('with every outcome until there are ten', () => {
    const shared = new SharedSlopes(SIZE);
    const none = shared.read(at(3));
    expect(shared.read(at(9))).toBe(none);
    expect(shared.read(at(10))).not.toBe(none);
  });

  it('an arm’s posterior follows to the new mean as if it were made under it', () => {
    const parts = [{ sums: sumsOf(SIZE, samples.slice(0, 50)), factor: 1 }];
    const from = { ...PRIOR, slopeMean: Float64Array.of(9, 0.1, -0.2, 0.3, 0) };
    const to = { ...PRIOR, slopeMean: Float64Array.of(9, -0.5, 0.2, 0, 0.7) };
    const moved = new LinearPosterior(from, SIZE, parts);
    moved.moveSlopeMean(from, to);
    const anew = new LinearPosterior(to, SIZE, parts);
    moved.theta.forEach((value, i) => expect(relativeGap(value, anew.theta[i]!)).toBeLessThan(1e-12));
  });
});

describe('extreme sums', () => {
  it('of contexts that never vary have no slopes', () => {
    const constant = Array.from({ length: 50 }, (_, i) => ({
      x: Float64Array.of(1, 2, -1, 0, 0.5),
      y: i % 2,
      weight: 1,
    }));
    const { mean, precision } = new SharedSlopes(SIZE).read(lendersOf([[sumsOf(SIZE, constant)]]));
    mean.forEach((value) => expect(Math.abs(value)).toBeLessThan(1e-9));
    expect(Number.isFinite(precision)).toBe(true);
  });

  it('that have decayed to nothing leave the prior as it is set', () => {
    const sums = sumsOf(SIZE, samplesOf(50, { level: 0.5, slopes: [1, 0, 0, 0], seed: 6n }));
    const faded = new SharedSlopes(SIZE).read(lendersOf([[sums]], { factor: 1e-300 }));
    expect(faded).toEqual({ mean: new Float64Array(SIZE), precision: 25 });
    expect(centredSums([sums], 1e-300).xx.every(Number.isFinite)).toBe(true);
  });
});
