/**
 * Threefry-2×32 with 20 rounds: a counter-based generator, so that any draw of any decision can be
 * made again from the decision's seed and the draw's number alone.
 *
 * Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011); the
 * rotations and the key-schedule constant are those of Random123.
 */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const SKEIN_PARITY_32 = 0x1bd11bda;
const ROUNDS = 20;

/** Two 32-bit words from a 64-bit key (two words) and a 64-bit counter (two words). */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const schedule = [key0 | 0, key1 | 0, SKEIN_PARITY_32 ^ key0 ^ key1];
  let x0 = (counter0 + schedule[0]!) | 0;
  let x1 = (counter1 + schedule[1]!) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const rotation = ROTATIONS[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = (x1 << rotation) | (x1 >>> (32 - rotation));
    x1 ^= x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + schedule[injection % 3]!) | 0;
      x1 = (x1 + schedule[(injection + 1) % 3]! + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** A source of uniform numbers in [0, 1). */
export type Rng = () => number;

const TWO_POW_21 = 2_097_152;
const TWO_POW_53 = 9_007_199_254_740_992;

/** The stream of uniforms that belongs to a 64-bit seed: the nth number depends on seed and n alone. */
export function rngFromSeed(seed: bigint): Rng {
  const key0 = Number(seed & 0xffff_ffffn);
  const key1 = Number((seed >> 32n) & 0xffff_ffffn);
  let counter = 0;
  return () => {
    const [high, low] = threefry2x32(key0, key1, counter++, 0);
    return (high * TWO_POW_21 + (low >>> 11)) / TWO_POW_53;
  };
}
