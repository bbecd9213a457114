import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lendFactor, modelShare } from '../../../src/core/bandit/kin.js';
import { invertPositiveDefinite } from '../../../src/core/bandit/linear/cholesky.js';

const outcomes = fc.double({ min: 0, max: 1_000, noNaN: true });
const positive = fc.double({ min: 0.5, max: 50, noNaN: true });

/** Posterior covariance of the arms of one model, from the joint normal itself, in units of the noise. */
function covariance(counts: readonly number[], prior: number, strength: number): Float64Array {
  const size = counts.length;
  const joint = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) joint[i * size + j] = 1 / prior + (i === j ? 1 / strength : 0);
  }
  const precision = invertPositiveDefinite(joint, size);
  for (let i = 0; i < size; i++) precision[i * size + i]! += counts[i]!;
  return invertPositiveDefinite(precision, size);
}

describe('the part of the variance that is the model’s', () => {
  it('gives the correlation of the two-level model (Gelman et al., BDA, §5.4)', () => {
    fc.assert(
      fc.property(
        fc.array(outcomes, { minLength: 2, maxLength: 5 }),
        positive,
        positive,
        (counts, prior, strength) => {
          const size = counts.length;
          const exact = covariance(counts, prior, strength);
          const shares = counts.map((own, i) =>
            modelShare({ prior, own, others: counts.filter((_, j) => j !== i), strength }),
          );
          for (let i = 1; i < size; i++) {
            const correlation = exact[i]! / Math.sqrt(exact[0]! * exact[i * size + i]!);
            expect(Math.sqrt(shares[0]! * shares[i]!)).toBeCloseTo(correlation, 6);
          }
        },
      ),
    );
  });

  it('is most of it where nothing is known, and nothing where arms lend nothing', () => {
    expect(modelShare({ prior: 2, own: 0, others: [0, 0], strength: 5 })).toBeCloseTo(5 / 7, 9);
    expect(modelShare({ prior: 2, own: 0, others: [10], strength: 0 })).toBe(0);
  });
});

it('others lend at most n₀ outcomes: a = min(1, n₀ / n_rest)', () => {
  expect(lendFactor(5, 0)).toBe(0);
  expect(lendFactor(5, 2)).toBe(1);
  expect(lendFactor(5, 50)).toBe(0.1);
});
