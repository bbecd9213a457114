import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedPieces, RUN_MAX } from '../../../src/core/tokens/bounded-pieces.js';

const unit = fc.constantFrom('a', 'B', '7', ' ', '\n', '\u3000', '漢', '\u{1f600}', '\ud83d', '!', '\0');
const runs = fc.array(fc.tuple(unit, fc.integer({ min: 1, max: 400 })), { maxLength: 12 });
const textOf = (parts: readonly (readonly [string, number])[]): string =>
  parts.map(([one, times]) => one.repeat(times)).join('');

describe('bounded pieces', () => {
  it('are the text together, in order', () => {
    fc.assert(
      fc.property(fc.oneof(runs.map(textOf), fc.string({ unit: 'binary', maxLength: 500 })), (text) => {
        expect([...boundedPieces(text)].join('')).toBe(text);
      }),
    );
  });

  it('hold no run without a space, and no run of spaces, longer than allowed', () => {
    fc.assert(
      fc.property(runs, (parts) => {
        for (const piece of boundedPieces(textOf(parts))) {
          // One unit more where a pair of surrogates would be cut in two.
          for (const run of piece.split(/(\s+)/)) expect(run.length).toBeLessThanOrEqual(RUN_MAX + 1);
        }
      }),
    );
  });

  it('cut no pair of surrogates', () => {
    for (const lead of ['', 'x']) {
      const pieces = [...boundedPieces(lead + '\u{1f600}'.repeat(500))];
      expect(pieces.length).toBeGreaterThan(5);
      expect(pieces.every((piece) => !/\p{Surrogate}/u.test(piece))).toBe(true);
    }
  });

  it('leave ordinary text in one', () => {
    expect([...boundedPieces('Explain why the sky is blue.\n'.repeat(20))]).toHaveLength(1);
  });
});
