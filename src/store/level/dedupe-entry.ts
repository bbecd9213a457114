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

/** The digest in an entry. @throws StoreError `STORE_CORRUPT`. */
export function digestOfEntry(key: Buffer, sealed: Buffer): string {
  const what = (): string => `the dedupe entry of decision ${parseDedupeKey(key).decisionId}`;
  return unseal(key, sealed, what).toString('hex', 0, DIGEST_BYTES);
}
