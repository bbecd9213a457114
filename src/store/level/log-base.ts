import { baseKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import type { Database, Operation } from './database.js';

const KEY = baseKey();
const POSITION_BYTES = 8;

/** Goes into the batch that removes the outcomes before a position. */
export function putLogBase(position: number, body: Uint8Array): Operation {
  const value = Buffer.alloc(POSITION_BYTES + body.length);
  value.writeBigUInt64BE(BigInt(position), 0);
  value.set(body, POSITION_BYTES);
  return { type: 'put', key: KEY, value: seal(KEY, value) };
}

/**
 * What stands for the outcomes before the log's base; absent where none were removed.
 * @throws StoreError `STORE_CORRUPT` where it is damaged, missing or of another position: nothing else tells of them.
 */
export async function readLogBase(
  db: Database,
  { base }: { readonly base: number },
): Promise<Uint8Array | undefined> {
  return logBaseOf(await db.get(KEY), base);
}

/** What a value under the base's key says. @throws StoreError `STORE_CORRUPT`. */
export function logBaseOf(sealed: Buffer | undefined, base: number): Uint8Array | undefined {
  if (sealed === undefined) {
    if (base === 0) return undefined;
    throw new StoreError(
      'STORE_CORRUPT',
      `the outcome log begins at ${base} and its base is missing. Restore a backup`,
    );
  }
  const value = unseal(KEY, sealed, () => 'the base of the outcome log');
  const position = Number(value.readBigUInt64BE(0));
  if (position !== base) {
    throw new StoreError(
      'STORE_CORRUPT',
      `the outcome log begins at ${base}, but its base is of ${position}. Restore a backup`,
    );
  }
  return value.subarray(POSITION_BYTES);
}
