import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINEAR, LinearSums } from '../../../../src/core/bandit/linear/linear-sums.js';
import { rngFromSeed } from '../../../../src/core/random.js';
import {
  anySamples,
  directPrediction,
  observationOf,
  posteriorGap,
  posteriorOf,
  relativeGap,
  sumsOf,
  type Sample,
} from '../../../builders/regression.js';

const SIZE = 6;
const HALF_LIFE_MS = 3_600_000;

/** Samples with the age that each has when they are read. */
const anyAged = fc.array(
  fc.tuple(
    anySamples(SIZE, 1).filter((list) => list.length === 1),
    fc.nat(40 * HALF_LIFE_MS),
  ),
  { maxLength: 30 },
);

function merged(parts: readonly LinearSums[]): LinearSums {
  const all = new LinearSums(SIZE);
  for (const part of parts) {
    for (const name of ['xx', 'xy', 'scalars'] as const) part[name].forEach((v, i) => (all[name][i]! += v));
  }
  return all;
}

function furthest(a: LinearSums, b: LinearSums): number {
  const gaps = (['xx', 'xy', 'scalars'] as const).flatMap((name) =>
    Array.from(a[name], (value, i) => relativeGap(value, b[name][i]!)),
  );
  return Math.max(...gaps);
}

/** Σ w·x·xᵀ, one observation after another. */
function productsOf(size: number, samples: readonly Sample[]): Float64Array {
  const products = new Float64Array((size * (size + 1)) / 2);
  for (const { x, weight } of samples)
    for (let i = 0, at = 0; i < size; i++)
      for (let j = 0; j <= i; j++) products[at++]! += weight * x[i]! * x[j]!;
  return products;
}

describe('linear sums', () => {
  it('are to the last bit those of one observation after another, however often they are read', () => {
    fc.assert(
      fc.property(anySamples(SIZE), fc.array(fc.boolean()), (samples, reads) => {
        const sums = new LinearSums(SIZE);
        samples.forEach((sample, n) => {
          sums.add(observationOf(sample));
          if (reads[n]) expect(sums.xx).toEqual(productsOf(SIZE, samples.slice(0, n + 1)));
        });
        expect(sums.xx).toEqual(productsOf(SIZE, samples));
      }),
    );
  });

  it('of several sizes are summed beside each other', () => {
    const rng = rngFromSeed(7n);
    const sizes = [1, 2, 7, 94, 400];
    const cases = sizes.map((size) => ({ size, sums: new LinearSums(size), samples: [] as Sample[] }));
    for (let n = 0; n < 19; n++) {
      for (const { size, sums, samples } of cases) {
        const x = Float64Array.from({ length: size }, () => rng() - 0.5);
        const sample = { x, y: rng(), weight: rng() };
        samples.push(sample);
        sums.add(observationOf(sample));
      }
    }
    for (const { size, sums, samples } of cases) expect(sums.xx).toEqual(productsOf(size, samples));
  });

  it('do not depend on the order of observations', () => {
    fc.assert(
      fc.property(anySamples(SIZE), fc.nat(), (samples, turn) => {
        const by = samples.length === 0 ? 0 : turn % samples.length;
        const turned = [...samples.slice(by), ...samples.slice(0, by)].reverse();
        expect(furthest(sumsOf(SIZE, samples), sumsOf(SIZE, turned))).toBeLessThan(1e-9);
      }),
    );
  });

  it('merge from shards by adding, and so do posteriors made of the shards', () => {
    fc.assert(
      fc.property(anySamples(SIZE), fc.integer({ min: 2, max: 5 }), (samples, shards) => {
        const parts = Array.from({ length: shards }, (_, s) =>
          sumsOf(
            SIZE,
            samples.filter((_, i) => i % shards === s),
          ),
        );
        const whole = sumsOf(SIZE, samples);
        expect(furthest(merged(parts), whole)).toBeLessThan(1e-9);
        const ofParts = posteriorOf(
          SIZE,
          parts.map((sums) => ({ sums, factor: 1 })),
        );
        expect(posteriorGap(ofParts, posteriorOf(SIZE, [{ sums: whole, factor: 1 }]))).toBeLessThan(1e-9);
      }),
    );
  });

  it('decay forward as weights 2^(−age/h) would, in any order (Cormode et al. 2009, §3)', () => {
    fc.assert(
      fc.property(anyAged, (aged) => {
        const nowMs = 40 * HALF_LIFE_MS;
        const forward = aged.map(([[sample], ageMs]): Sample => {
          const weight = sample!.weight * 2 ** ((nowMs - ageMs) / HALF_LIFE_MS);
          return { ...sample!, weight };
        });
        const backward = aged.map(([[sample], ageMs]): Sample => {
          return { ...sample!, weight: sample!.weight * 2 ** (-ageMs / HALF_LIFE_MS) };
        });
        const factor = 2 ** (-nowMs / HALF_LIFE_MS);
        const read = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, forward.reverse()), factor }]);
        const again = posteriorOf(SIZE, [{ sums: sumsOf(SIZE, backward), factor: 1 }]);
        expect(posteriorGap(read, again)).toBeLessThan(1e-9);
        const x = Float64Array.of(1, 0.5, -0.5, 1, 0, 2);
        const direct = directPrediction(SIZE, { samples: backward, x });
        expect(relativeGap(read.mean(x), direct.mean)).toBeLessThan(1e-9);
      }),
    );
  });

  it.each([2 ** -400, 2 ** -128, 0.3, 1, 2 ** 128])(
    'say the same after their landmark moved by a factor of %d',
    (factor) => {
      const [samples] = fc.sample(anySamples(SIZE, 30), { numRuns: 1, seed: 3 });
      const still = sumsOf(SIZE, samples!);
      const moved = sumsOf(SIZE, samples!);
      moved.scale(factor);
      const [before, after] = [
        posteriorOf(SIZE, [{ sums: still, factor: 1 }]),
        posteriorOf(SIZE, [{ sums: moved, factor: 1 / factor }]),
      ];
      expect(posteriorGap(before, after)).toBeLessThan(1e-9);
    },
  );

  it('keep Σw² by the square of what scales Σw, so that n_eff stays', () => {
    const sums = sumsOf(SIZE, fc.sample(anySamples(SIZE, 30), { numRuns: 1, seed: 5 })[0]!);
    const effective = ({ scalars }: LinearSums): number => scalars[LINEAR.w]! ** 2 / scalars[LINEAR.w2]!;
    const before = effective(sums);
    sums.scale(2 ** -77);
    expect(relativeGap(effective(sums), before)).toBeLessThan(1e-12);
  });

  it('hold residuals against what the ticket predicted, and exponentials and plain residuals of logarithms only', () => {
    const sums = new LinearSums(1);
    const sample = { x: Float64Array.of(1), y: 2, weight: 3 };
    sums.add(observationOf(sample, { predicted: 1.5 }));
    expect([...sums.scalars]).toEqual([3, 9, 12, 0.75, 0, 0, 0]);
    sums.add(observationOf(sample, { predicted: 0, logarithmic: true }));
    expect(sums.scalars[LINEAR.expY]).toBeCloseTo(3 * Math.exp(2), 12);
    expect(sums.scalars[LINEAR.expP]).toBeCloseTo(3, 12);
    expect(sums.scalars[LINEAR.absR]).toBeCloseTo(3 * 2, 12);
  });
});
