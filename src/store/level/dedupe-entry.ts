import type { Outcome } from '../../core/outcome/outcome.js';
import { parseDedupeKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import type { Operation } from './database.js';

const DIGEST_BYTES = 8;

/** What the log remembers of an outcome to tell a retry from a conflict: its digest and its position. */
export function putDedupeEntry(key: Buffer, outcome: Outcome, sequence: number): Operation {
  const body = Buffer.allocUnsafe(DIGEST_BYTES + 8);
  body.write(outcome.digest, 0, DIGEST_BYTES, 'hex');
  body.writeBigUInt64BE(BigInt(sequence), DIGEST_BYTES);
  return { type: 'put', key, value: seal(key, body) };
}

/** What an entry says of the outcome that was recorded. */
export interface DedupeEntry {
  readonly digest: string;
  readonly sequence: number;
}

/** @throws StoreError `STORE_CORRUPT`. */
export function dedupeEntryOf(key: Buffer, sealed: Buffer): DedupeEntry {
  const what = (): string => `the dedupe entry of decision ${parseDedupeKey(key).decisionId}`;
  const body = unseal(key, sealed, what);
  return {
    digest: body.toString('hex', 0, DIGEST_BYTES),
    sequence: Number(body.readBigUInt64BE(DIGEST_BYTES)),
  };
}

/** The digest in an entry. @throws StoreError `STORE_CORRUPT`. */
export const digestOfEntry = (key: Buffer, sealed: Buffer): string => dedupeEntryOf(key, sealed).digest;
