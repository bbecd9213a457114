/** UUIDv7 of a decision, lower-case with hyphens. */
export type DecisionId = string & { readonly __brand: 'DecisionId' };

/** Comes from the principal, never from the request. */
export type TenantId = string & { readonly __brand: 'TenantId' };

/** The caller's name for a kind of work. */
export type UseCase = string & { readonly __brand: 'UseCase' };

const UUID_LENGTH_BYTES = 16;

/** The 16 bytes of a decision id. */
export function decisionIdToBytes(id: DecisionId): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** When a decision was taken: a UUIDv7 begins with the milliseconds since the Unix epoch (RFC 9562, §5.7). */
export const decisionTimeMs = (id: DecisionId): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** A decision id from its 16 bytes. @throws RangeError on any other length. */
export function decisionIdFromBytes(bytes: Uint8Array): DecisionId {
  if (bytes.length !== UUID_LENGTH_BYTES)
    throw new RangeError(`a decision id has 16 bytes, not ${bytes.length}`);
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as DecisionId;
}
