import { createHash } from 'node:crypto';
import { metaKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import type { Operation } from './database.js';

/**
 * A sum over all documents, kept up in each commit: the database can lose a commit in the middle of its write-ahead log
 * without an error, and no document tells that another one is missing.
 */
export interface DocumentTotal {
  /** Commits since the store was founded. */
  readonly commits: number;
  /** Sum of a 64-bit hash of each document, modulo 2^64. */
  readonly sum: bigint;
}

const KEY = metaKey('documents');
export const NO_DOCUMENTS: DocumentTotal = { commits: 0, sum: 0n };

/** A hash of a document: its key and its value. */
export function documentHash(key: Uint8Array, value: Uint8Array): bigint {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(key.length, 0);
  return createHash('sha256').update(length).update(key).update(value).digest().readBigUInt64BE(0);
}

/** The total once these hashes came and those went. */
export function totalAfter(
  { commits, sum }: DocumentTotal,
  came: readonly bigint[],
  went: readonly bigint[],
): DocumentTotal {
  let next = sum;
  for (const hash of came) next += hash;
  for (const hash of went) next -= hash;
  return { commits: commits + 1, sum: BigInt.asUintN(64, next) };
}

/** Goes into every batch that changes documents. */
export function putTotal({ commits, sum }: DocumentTotal): Operation {
  const body = Buffer.alloc(16);
  body.writeBigUInt64BE(BigInt(commits), 0);
  body.writeBigUInt64BE(sum, 8);
  return { type: 'put', key: KEY, value: seal(KEY, body) };
}

/** What a value under the total's key says. @throws StoreError `STORE_CORRUPT`. */
export function totalOf(sealed: Buffer | undefined): DocumentTotal {
  if (sealed === undefined)
    throw new StoreError(
      'STORE_CORRUPT',
      'the store does not say how many documents it has. Restore a backup',
    );
  const body = unseal(KEY, sealed, () => 'the count of documents');
  return { commits: Number(body.readBigUInt64BE(0)), sum: body.readBigUInt64BE(8) };
}

export const TOTAL_KEY = KEY;
