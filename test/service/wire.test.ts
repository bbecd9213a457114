import type { MethodDefinition } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SelectionServiceService, SelectRequest } from '../../src/gen/sextant/v1/selection.js';
import { guarded, isWireFault } from '../../src/service/wire.js';

const MAX_BYTES = 1000;
const service = guarded(SelectionServiceService, MAX_BYTES);
const decode = (bytes: Uint8Array): unknown =>
  (service.select as MethodDefinition<unknown, unknown>).requestDeserialize(Buffer.from(bytes));

describe('a guarded request', () => {
  it('decodes as ever where nothing is wrong', () => {
    const request = SelectRequest.fromPartial({ useCase: 'chat', attributes: { a: 'b' } });
    const decoded = decode(SelectRequest.encode(request).finish());
    expect(decoded).toEqual(request);
    expect(isWireFault(decoded)).toBe(false);
  });

  it.each([
    ['a text cut short', [0x0a, 0x7f, 0x61]],
    ['a varint without an end', [0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['an unknown wire type', [0x0f]],
  ])('says that %s is malformed, and does not throw', (_name, bytes) => {
    const fault = decode(Uint8Array.from(bytes));
    expect(fault).toMatchObject({ code: 'MALFORMED_REQUEST' });
    expect(isWireFault(fault)).toBe(true);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decode(bytes)));
  });

  it('says that it is too large from one byte above the limit on, without reading it', () => {
    const sized = (length: number): unknown =>
      decode(SelectRequest.encode(SelectRequest.fromPartial({ useCase: 'x'.repeat(length - 3) })).finish());
    expect(isWireFault(sized(MAX_BYTES))).toBe(false);
    expect(sized(MAX_BYTES + 1)).toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      message: 'the request has 1001 bytes; at most 1000 are taken',
    });
    expect(decode(Buffer.alloc(MAX_BYTES + 1, 0xff))).toMatchObject({ code: 'REQUEST_TOO_LARGE' });
  });

  it('guards every method of the service and keeps its path and responses', () => {
    for (const [name, method] of Object.entries(SelectionServiceService)) {
      const guard = (service as Record<string, MethodDefinition<unknown, unknown>>)[name]!;
      expect(guard.path).toBe(method.path);
      expect(isWireFault(guard.requestDeserialize(Buffer.from([0x0f])))).toBe(true);
    }
  });

  it('takes no ordinary message for a fault', () => {
    for (const value of [null, undefined, 1, 'x', {}, { code: 'MALFORMED_REQUEST' }])
      expect(isWireFault(value)).toBe(false);
  });
});
