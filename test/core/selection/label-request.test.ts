import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawArm } from '../../../src/core/bandit/propensity.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { requestLabel } from '../../../src/core/selection/label-request.js';

const SETTINGS = { rate: 0.05, alwaysAboveSd: 0.1 };
const anySeed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const probabilityAt = (sd: number): number => requestLabel(SETTINGS, sd * sd, 1n).probabilityQ16 / 65_536;

describe('the probability of asking for a label', () => {
  it('falls with the square of the doubt, from one to the least rate', () => {
    expect(probabilityAt(0.3)).toBe(1);
    expect(probabilityAt(0.1)).toBe(1);
    expect(probabilityAt(0.05)).toBeCloseTo(0.25, 4);
    expect(probabilityAt(0.025)).toBeCloseTo(0.0625, 4);
    expect(probabilityAt(0.001)).toBeCloseTo(0.05, 4);
  });

  it('is one that can be asked with, at any doubt', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), anySeed, (variance, seed) => {
        const { probabilityQ16 } = requestLabel({ rate: 1e-4, alwaysAboveSd: 0.001 }, variance, seed);
        expect(Number.isInteger(probabilityQ16) && probabilityQ16 >= 1 && probabilityQ16 <= 65_536).toBe(
          true,
        );
      }),
    );
  });

  it('always asks at one', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(requestLabel(SETTINGS, 1, seed).requested).toBe(true);
      }),
    );
  });

  it('is the share that asks, whichever arm was drawn from the same seed', () => {
    const runs = 40_000;
    const counts = [0, 0];
    const asked = [0, 0];
    const halves = Uint32Array.of(32_768, 32_768);
    for (let i = 0; i < runs; i++) {
      const seed = (BigInt(i) * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn;
      const arm = drawArm(halves, rngFromSeed(seed));
      counts[arm]! += 1;
      if (requestLabel(SETTINGS, 0.05 ** 2, seed).requested) asked[arm]! += 1;
    }
    for (const arm of [0, 1]) {
      const standardError = Math.sqrt((0.25 * 0.75) / counts[arm]!);
      expect(Math.abs(asked[arm]! / counts[arm]! - 0.25)).toBeLessThan(4 * standardError);
    }
  });
});
