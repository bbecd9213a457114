import type { ContextVector } from './context-vector.js';

const NO_CONTEXT = new Uint8Array();

/** A vector as bytes on a wire or a disk, two's complement: a view, not a copy. None gives none. */
export const contextToBytes = (vector: ContextVector | undefined): Uint8Array =>
  vector === undefined ? NO_CONTEXT : new Uint8Array(vector.buffer, vector.byteOffset, vector.length);

/** The vector in a part of some bytes: a view, which keeps all of them. */
export const contextIn = (bytes: Uint8Array, start: number, end: number): ContextVector =>
  new Int8Array(bytes.buffer, bytes.byteOffset + start, end - start);

/** A copy, so that a vector that is kept does not keep the bytes that it came in. */
export const contextFromBytes = (bytes: Uint8Array): ContextVector =>
  contextIn(bytes, 0, bytes.length).slice();
