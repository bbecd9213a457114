import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decisionIdFromBytes,
  decisionIdToBytes,
  decisionTimeMs,
  type DecisionId,
} from '../../src/core/ids.js';

describe('decision ids', () => {
  it('have the bytes of RFC 9562, appendix A.6', () => {
    const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f' as DecisionId;
    expect(Buffer.from(decisionIdToBytes(id)).toString('hex')).toBe('017f22e279b07cc398c4dc0c0c07398f');
    expect(decisionIdFromBytes(decisionIdToBytes(id))).toBe(id);
  });

  it('come back from their bytes, whatever those are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(Uint8Array.from(decisionIdToBytes(decisionIdFromBytes(bytes)))).toEqual(bytes);
      }),
    );
  });

  it('say when they were made: the example of RFC 9562, appendix A.6', () => {
    const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f' as DecisionId;
    expect(decisionTimeMs(id)).toBe(Date.parse('2022-02-22T19:22:22Z'));
  });

  it.each([0, 15, 17, 36])('are not read from %d bytes', (length) => {
    expect(() => decisionIdFromBytes(new Uint8Array(length))).toThrow(RangeError);
  });
});
