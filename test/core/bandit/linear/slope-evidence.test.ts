import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centredSums } from '../../../../src/core/bandit/linear/centred-sums.js';
import { factorize, invertPositiveDefinite } from '../../../../src/core/bandit/linear/cholesky.js';
import { slopeEvidence } from '../../../../src/core/bandit/linear/slope-evidence.js';
import { dot, solveDense } from '../../../builders/dense-solve.js';
import { anyContext, relativeGap, sumsOf, type Sample } from '../../../builders/regression.js';

const SIZE = 4;
const FLAT = 1e7;

const equallyWeighted = fc.array(
  fc.record({ x: anyContext(SIZE), y: fc.double({ min: 0, max: 1, noNaN: true }), weight: fc.constant(1) }),
  { minLength: 3, maxLength: 12 },
);

/** ln N(y; Xβ̄, σ²(I + X·Xᵀ/λ + flat·11ᵀ)) over all outcomes at once, without what all λ share. */
function evidenceByHand(
  samples: readonly Sample[],
  mean: readonly number[],
  { precision, noiseVariance }: { precision: number; noiseVariance: number },
): number {
  const slopesOf = ({ x }: Sample): number[] => Array.from(x).slice(1);
  const covariance = samples.map((a, i) =>
    samples.map(
      (b, j) => noiseVariance * ((i === j ? 1 : 0) + dot(slopesOf(a), slopesOf(b)) / precision + FLAT),
    ),
  );
  const packed = Float64Array.from(covariance.flat());
  const logDeterminant = 2 * factorize(packed, samples.length);
  const residual = samples.map((sample) => sample.y - dot(slopesOf(sample), mean));
  return -(logDeterminant + dot(residual, solveDense(covariance, residual))) / 2;
}

describe('evidence for a precision of slopes', () => {
  it('is the marginal likelihood of the outcomes, with the level integrated out (Bishop, §3.5.1)', () => {
    const mean = Float64Array.of(0.2, -0.1, 0.05);
    const [noiseVariance, precisions] = [0.05, [8, 80, 800]];
    fc.assert(
      fc.property(equallyWeighted, (samples) => {
        const values = slopeEvidence(centredSums([sumsOf(SIZE, samples)], 1), mean, {
          precisions,
          noiseVariance,
        });
        const byHand = precisions.map((precision) =>
          evidenceByHand(samples, [...mean], { precision, noiseVariance }),
        );
        for (const g of [1, 2]) {
          const gap = relativeGap(values[g]! - values[0]!, byHand[g]! - byHand[0]!);
          expect(gap).toBeLessThan(1e-4);
        }
      }),
    );
  });
});

describe('Cholesky’s factor', () => {
  it('gives the inverse and the determinant of a matrix known by heart', () => {
    const matrix = Float64Array.of(4, 0, 0, 12, 37, 0, -16, -43, 98);
    expect(factorize(matrix.slice(), 3)).toBeCloseTo(Math.log(2 * 1 * 3), 12);
    const inverse = invertPositiveDefinite(matrix, 3);
    [49.36111, -13.55556, 2.11111, -13.55556, 3.77778, -0.55556, 2.11111, -0.55556, 0.11111].forEach(
      (value, i) => expect(inverse[i]).toBeCloseTo(value, 4),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => factorize(Float64Array.of(1, 0, 2, 1), 2)).toThrow(RangeError);
    expect(() => factorize(Float64Array.of(NaN), 1)).toThrow(RangeError);
  });
});
