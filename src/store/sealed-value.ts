import { crc32 } from 'node:zlib';
import { StoreError } from './store-error.js';

const CHECKSUM_BYTES = 4;

/** A value with a CRC-32 of its key and itself before it: the database returns damaged values without an error. */
export function seal(key: Uint8Array, body: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(CHECKSUM_BYTES + body.length);
  sealed.writeUInt32BE(crc32(body, crc32(key)), 0);
  sealed.set(body, CHECKSUM_BYTES);
  return sealed;
}

/** What `seal` sealed, or `undefined` where it is damaged or belongs to another key. */
export function tryUnseal(key: Uint8Array, sealed: Buffer): Buffer | undefined {
  if (sealed.length < CHECKSUM_BYTES) return undefined;
  const body = sealed.subarray(CHECKSUM_BYTES);
  return sealed.readUInt32BE(0) === crc32(body, crc32(key)) ? body : undefined;
}

/** What `seal` sealed. @throws StoreError `STORE_CORRUPT` saying what is damaged. */
export function unseal(key: Uint8Array, sealed: Buffer, what: () => string): Buffer {
  const body = tryUnseal(key, sealed);
  if (body === undefined)
    throw new StoreError('STORE_CORRUPT', `${what()} is damaged: its checksum is wrong. Restore a backup`);
  return body;
}
