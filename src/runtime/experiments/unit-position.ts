import { createHash } from 'node:crypto';
import type { PositionOf } from '../../core/experiment/assign.js';

/** The first 53 bits of SHA-256 over the names, each ended by a zero byte: where a unit lies. */
export const unitPosition: PositionOf = (...names) => {
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update('\0');
  const digest = hash.digest();
  return digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11);
};
