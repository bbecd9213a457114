import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionId } from '../../src/core/ids.js';
import { OUTCOME_METRICS } from '../../src/core/outcome/outcome.js';
import {
  blockKey,
  blockRange,
  decisionKey,
  decisionRange,
  dedupeKey,
  documentKey,
  documentRange,
  parseBlockKey,
  parseDecisionKey,
  parseDedupeKey,
  parseDocumentKey,
} from '../../src/store/keys.js';
import type { KeyRange } from '../../src/store/keys.js';

const uuid = fc.uuid() as fc.Arbitrary<DecisionId>;
const wellFormed = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const kind = wellFormed.filter((text) => !text.includes('\0'));

describe('storage keys', () => {
  it('parse back to what they were built from', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), uuid, fc.nat(0xffff), (number, count, decisionId, attempt) => {
        const position = { firstSequence: number, count };
        expect(parseBlockKey(blockKey(position))).toEqual(position);
        expect(parseDecisionKey(decisionKey(number, decisionId))).toEqual({
          issueTimeMs: number,
          decisionId,
        });
        for (const metric of OUTCOME_METRICS) {
          const key = { decisionId, attempt, metric };
          expect(parseDedupeKey(dedupeKey(key))).toEqual(key);
        }
      }),
    );
    fc.assert(
      fc.property(kind, wellFormed, (ofKind, name) => {
        expect(parseDocumentKey(documentKey(ofKind, name))).toEqual({ kind: ofKind, name });
      }),
    );
  });

  it('sort as what they stand for', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), uuid, uuid, (left, right, idLeft, idRight) => {
        const blocks = [left, right].map((firstSequence) => blockKey({ firstSequence, count: 5 }));
        expect(Math.sign(Buffer.compare(blocks[0]!, blocks[1]!))).toBe(Math.sign(left - right));
        const decisions = Buffer.compare(decisionKey(left, idLeft), decisionKey(right, idRight));
        const expected = left === right ? idLeft.localeCompare(idRight) : left - right;
        expect(Math.sign(decisions)).toBe(Math.sign(expected));
      }),
    );
  });

  it('lie in the range of their own space only', () => {
    fc.assert(
      fc.property(kind, kind, wellFormed, uuid, fc.nat(), (ofKind, other, name, id, number) => {
        const keys = [
          blockKey({ firstSequence: number, count: 1 }),
          dedupeKey({ decisionId: id, attempt: 0, metric: 'quality' }),
          decisionKey(number, id),
          documentKey(ofKind, name),
        ];
        expect(keys.map((key) => isIn(key, blockRange(number, number + 1)))).toEqual([
          true,
          false,
          false,
          false,
        ]);
        expect(keys.map((key) => isIn(key, blockRange(0)))).toEqual([true, false, false, false]);
        expect(keys.map((key) => isIn(key, decisionRange(number, number + 1)))).toEqual([
          false,
          false,
          true,
          false,
        ]);
        expect(keys.map((key) => isIn(key, documentRange(other)))).toEqual([
          false,
          false,
          false,
          ofKind === other,
        ]);
      }),
    );
  });

  it('refuse what cannot be a key', () => {
    expect(() => documentKey('a\0b', 'name')).toThrow(RangeError);
    expect(() => documentKey('', 'name')).toThrow(RangeError);
    expect(() => documentKey('kind', '\udc00')).toThrow(RangeError);
    expect(() => decisionKey(0.5, '01900000-0000-7000-8000-000000000000')).toThrow(RangeError);
    expect(() => decisionKey(1, '01900000')).toThrow(RangeError);
    expect(() => parseBlockKey(documentKey('kind', 'name'))).toThrow(RangeError);
  });
});

function isIn(key: Buffer, { gte, lt }: KeyRange): boolean {
  return Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0;
}
