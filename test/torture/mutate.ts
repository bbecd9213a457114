import type { Rng } from '../../src/core/random.js';

/** Numbers that decoders trip over: lengths, tags and varints at their ends. */
const TELLING = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x1a, 0x22] as const;
const MAX_CHANGES = 4;

const upTo = (rng: Rng, end: number): number => Math.floor(rng() * end);

/** One change: a bit, a byte, a piece cut out, doubled, or taken from another message. */
function changed(bytes: Buffer, other: Buffer, rng: Rng): Buffer {
  const at = upTo(rng, bytes.length + 1);
  const length = 1 + upTo(rng, 16);
  switch (upTo(rng, 6)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length]! ^= 1 << upTo(rng, 8);
      return copy;
    }
    case 1: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = TELLING[upTo(rng, TELLING.length)]!;
      return copy;
    }
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    default: {
      const from = upTo(rng, other.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at)]);
    }
  }
}

/** A message with one to four changes. */
export function mutated(bytes: Buffer, other: Buffer, rng: Rng): Buffer {
  let result = bytes;
  for (let i = upTo(rng, MAX_CHANGES); i >= 0; i--) result = changed(result, other, rng);
  return result;
}
