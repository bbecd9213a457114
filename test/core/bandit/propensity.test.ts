import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawArm, PROPENSITY_ONE, quantizePropensities } from '../../../src/core/bandit/propensity.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { chiSquared, chiSquaredLimit, sumOf } from '../../builders/statistics.js';

/** Any distribution over 1 to 60 arms. */
const distribution = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 })
  .filter((weights) => sumOf(weights) > 1e-6)
  .map((weights) => weights.map((weight) => weight / sumOf(weights)));

describe('quantizePropensities', () => {
  it('sums to exactly 65536', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        expect(sumOf(quantizePropensities(probabilities))).toBe(PROPENSITY_ONE);
      }),
    );
  });

  it('is off by less than one 65536th for each arm', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        quantizePropensities(probabilities).forEach((q, k) => {
          expect(Math.abs(q - probabilities[k]! * PROPENSITY_ONE)).toBeLessThan(1 + 1e-9);
        });
      }),
    );
  });

  it('keeps the order of the arms', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        const quantized = quantizePropensities(probabilities);
        probabilities.forEach((p, i) => {
          probabilities.forEach((other, j) => {
            if (p > other) expect(quantized[i]!).toBeGreaterThanOrEqual(quantized[j]!);
          });
        });
      }),
    );
  });

  it('moves with the arms where no remainders tie', () => {
    fc.assert(
      fc.property(distribution, (probabilities) => {
        const remainders = probabilities.map((p) => (p * PROPENSITY_ONE) % 1);
        fc.pre(new Set(remainders).size === remainders.length);
        const backwards = quantizePropensities([...probabilities].reverse());
        expect([...backwards].reverse()).toEqual([...quantizePropensities(probabilities)]);
      }),
    );
  });

  it('gives what is left by largest remainder, and ties to the lower index', () => {
    expect([...quantizePropensities([1 / 3, 1 / 3, 1 / 3])]).toEqual([21_846, 21_845, 21_845]);
    expect([...quantizePropensities([1])]).toEqual([65_536]);
    expect([...quantizePropensities([0, 1, 0])]).toEqual([0, 65_536, 0]);
  });

  it('leaves an arm below 1/131072 without support', () => {
    expect(quantizePropensities([1 - 7e-6, 7e-6])[1]).toBe(0);
    expect(quantizePropensities([1 - 8e-6, 8e-6])[1]).toBe(1);
  });
});

describe('drawArm', () => {
  it('draws each arm as often as is logged (χ² over 200,000 draws)', () => {
    const quantized = quantizePropensities([0.5, 0.25, 0.1, 0.08, 0.05, 0.015, 0.005]);
    const rng = rngFromSeed(1900n);
    const counts = new Array<number>(quantized.length).fill(0);
    for (let i = 0; i < 200_000; i++) counts[drawArm(quantized, rng)]! += 1;
    const logged = Array.from(quantized, (q) => q / PROPENSITY_ONE);
    expect(chiSquared(counts, logged)).toBeLessThan(chiSquaredLimit(quantized.length - 1));
  });

  it('gives each 65536th to exactly one arm', () => {
    const quantized = Uint32Array.from([3, 0, 65_530, 3]);
    const counts = [0, 0, 0, 0];
    for (let cell = 0; cell < PROPENSITY_ONE; cell++) {
      counts[drawArm(quantized, () => (cell + 0.5) / PROPENSITY_ONE)]! += 1;
    }
    expect(counts).toEqual([3, 0, 65_530, 3]);
  });

  it('never draws an arm without support, at either end of the generator', () => {
    const quantized = Uint32Array.from([0, 65_536, 0]);
    expect(drawArm(quantized, () => 0)).toBe(1);
    expect(drawArm(quantized, () => 1 - 2 ** -53)).toBe(1);
  });

  it('refuses propensities that do not sum to one', () => {
    expect(() => drawArm(Uint32Array.from([1, 2]), () => 0.5)).toThrow(RangeError);
  });
});
