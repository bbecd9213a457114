import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concordance } from '../../../../src/core/complexity/fit/concordance.js';

/** By its definition: every pair of one group. */
function dumb(rows: readonly { score: number; target: number; group: number }[]): number | undefined {
  let [concordant, pairs] = [0, 0];
  rows.forEach((a) =>
    rows.forEach((b) => {
      if (a.group !== b.group) return;
      const weight = a.target * (1 - b.target);
      pairs += weight;
      concordant += weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
    }),
  );
  return pairs > 0 ? concordant / pairs : undefined;
}

describe('concordance', () => {
  it('equals the count over all pairs, with ties and fractional targets', () => {
    const row = fc.record({
      score: fc.nat(5),
      target: fc.constantFrom(0, 0.5, 1),
      group: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const fast = concordance({
          scores: rows.map(({ score }) => score),
          targets: rows.map(({ target }) => target),
          groups: rows.map(({ group }) => group),
          rows: rows.keys(),
        });
        const slow = dumb(rows);
        if (slow === undefined) expect(fast).toBeUndefined();
        else expect(fast).toBeCloseTo(slow, 9);
      }),
    );
  });
});
