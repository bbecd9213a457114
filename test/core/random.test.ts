import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFromSeed, threefry2x32 } from '../../src/core/random.js';
import { chiSquared, chiSquaredLimit, kolmogorovDistance, kolmogorovLimit } from '../builders/statistics.js';

const hex = (words: readonly number[]): string[] => words.map((word) => word.toString(16).padStart(8, '0'));

describe('threefry2x32', () => {
  it.each([
    ['zeros', [0, 0], [0, 0], ['6b200159', '99ba4efe']],
    ['ones', [0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], ['1cb996fc', 'bb002be7']],
    ['digits of pi', [0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], ['c4923a9c', '483df7a0']],
  ])('gives the known answers of Random123 (kat_vectors, 20 rounds) for %s', (_name, key, counter, words) => {
    expect(hex(threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!))).toEqual(words);
  });

  it('changes about half of its bits when one bit of key or counter changes', () => {
    const ones = (x: number): number => x.toString(2).replaceAll('0', '').length;
    const base = threefry2x32(1, 2, 3, 4);
    for (let bit = 0; bit < 32; bit++) {
      for (const changed of [threefry2x32(1 ^ (1 << bit), 2, 3, 4), threefry2x32(1, 2, 3 ^ (1 << bit), 4)]) {
        const flipped = ones((changed[0] ^ base[0]) >>> 0) + ones((changed[1] ^ base[1]) >>> 0);
        // 64 fair coins fall outside of this once in 10⁶ times.
        expect(flipped).toBeGreaterThan(12);
        expect(flipped).toBeLessThan(52);
      }
    }
  });
});

describe('rngFromSeed', () => {
  const seeds = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

  it('gives the same stream for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [one, two] = [rngFromSeed(seed), rngFromSeed(seed)];
        for (let i = 0; i < 20; i++) expect(one()).toBe(two());
      }),
    );
  });

  it('stays in [0, 1)', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const rng = rngFromSeed(seed);
        for (let i = 0; i < 50; i++) {
          const u = rng();
          expect(u >= 0 && u < 1).toBe(true);
        }
      }),
    );
  });

  it('tells seeds apart that differ in the high word only, and takes 0 for a seed', () => {
    expect(rngFromSeed(0n)()).not.toBe(rngFromSeed(1n << 32n)());
    expect(rngFromSeed(0n)()).not.toBe(rngFromSeed(1n)());
    expect(rngFromSeed(0n)()).toBe(rngFromSeed(0n)());
  });

  it('is uniform over 64 cells within one stream', () => {
    const counts = new Array<number>(64).fill(0);
    const rng = rngFromSeed(2011n);
    for (let i = 0; i < 200_000; i++) counts[Math.floor(rng() * 64)]! += 1;
    expect(chiSquared(counts, new Array<number>(64).fill(1 / 64))).toBeLessThan(chiSquaredLimit(60));
  });

  it('is uniform over the first numbers of consecutive seeds', () => {
    const firsts = Array.from({ length: 50_000 }, (_, seed) => rngFromSeed(BigInt(seed))());
    expect(kolmogorovDistance(firsts, (x) => x)).toBeLessThan(kolmogorovLimit(firsts.length));
  });

  it('has no correlation between neighbours', () => {
    const rng = rngFromSeed(7n);
    const pairs = new Array<number>(64).fill(0);
    for (let i = 0; i < 200_000; i++) pairs[Math.floor(rng() * 8) * 8 + Math.floor(rng() * 8)]! += 1;
    expect(chiSquared(pairs, new Array<number>(64).fill(1 / 64))).toBeLessThan(chiSquaredLimit(60));
  });
});
