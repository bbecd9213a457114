import { rngFromSeed } from '../../src/core/random.js';

/** What a permutation is for: each use has a stream of its own. */
export const STREAM = { order: 1n, features: 2n, bootstrap: 3n, sample: 4n } as const;

const STREAM_BITS = 48n;

/** A stream of uniforms of one use and one seed; decisions draw from stream 0. */
export const benchRng = (stream: bigint, seed: number): (() => number) =>
  rngFromSeed((stream << STREAM_BITS) | BigInt(seed));

/** The seed of one decision of a replay. */
export const decisionSeed = (seed: number, step: number): bigint => (BigInt(seed) << 24n) | BigInt(step);

/** A uniform permutation of 0 … count − 1. Source: Fisher & Yates; Durstenfeld, CACM 7 (1964). */
export function permutation(count: number, stream: bigint, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const rng = benchRng(stream, seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
