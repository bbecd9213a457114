import { createHash } from 'node:crypto';
import { metaKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import type { Operation } from './database.js';

/**
 * A sum over all entries of a space, kept up in each write: the database can lose one in the middle of its write-ahead
 * log without an error, and no entry tells that another one is missing.
 */
export interface SpaceTotal {
  /** Writes since the store was founded. */
  readonly commits: number;
  /** Sum of a hash of each entry, modulo 2^64. */
  readonly sum: bigint;
}

/** Spaces that have one. */
export type TotalledSpace = 'documents' | 'decisions' | 'rollups';

export const EMPTY_TOTAL: SpaceTotal = { commits: 0, sum: 0n };

export const totalKey = (space: TotalledSpace): Buffer => metaKey(space);

/** A hash of a decision or a rollup: the checksum that it is sealed with, which covers its key. */
export const sealedHash = (sealed: Buffer): bigint => BigInt(sealed.readUInt32BE(0));

/** A hash of a document: its key and its value. */
export function documentHash(key: Uint8Array, value: Uint8Array): bigint {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(key.length, 0);
  return createHash('sha256').update(length).update(key).update(value).digest().readBigUInt64BE(0);
}

/** The total once these hashes came and those went. */
export function totalAfter(
  { commits, sum }: SpaceTotal,
  came: readonly bigint[],
  went: readonly bigint[],
): SpaceTotal {
  let next = sum;
  for (const hash of came) next += hash;
  for (const hash of went) next -= hash;
  return { commits: commits + 1, sum: BigInt.asUintN(64, next) };
}

/** Goes into every batch that changes the space. */
export function putTotal(space: TotalledSpace, { commits, sum }: SpaceTotal): Operation {
  const key = totalKey(space);
  const body = Buffer.alloc(16);
  body.writeBigUInt64BE(BigInt(commits), 0);
  body.writeBigUInt64BE(sum, 8);
  return { type: 'put', key, value: seal(key, body) };
}

/** What a value under the total's key says. @throws StoreError `STORE_CORRUPT`. */
export function totalOf(space: TotalledSpace, sealed: Buffer | undefined): SpaceTotal {
  if (sealed === undefined)
    throw new StoreError(
      'STORE_CORRUPT',
      `the store does not say how many ${space} it has. Restore a backup`,
    );
  const body = unseal(totalKey(space), sealed, () => `the count of ${space}`);
  return { commits: Number(body.readBigUInt64BE(0)), sum: body.readBigUInt64BE(8) };
}
