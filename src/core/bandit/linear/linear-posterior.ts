import { invertPositiveDefinite } from './cholesky.js';
import type { LinearSums } from './linear-sums.js';

/** A Gaussian prior on the coefficients, in units of the noise: precisions count as that many observations. */
export interface LinearPrior {
  /** Mean of the intercept, which is the coefficient of x₀ = 1. */
  readonly interceptMean: number;
  readonly interceptPrecision: number;
  /** One number per coordinate, the intercept's unused; absent for zeros. */
  readonly slopeMean?: Float64Array;
  readonly slopePrecision: number;
}

/** Sums that a posterior is made of, each with the factor by which it counts. */
export interface WeightedSums {
  readonly sums: LinearSums;
  readonly factor: number;
}

/**
 * Posterior of a Bayesian linear regression with known noise: A = Λ₀ + Σ f·S, θ = A⁻¹(Λ₀m₀ + Σ f·b). Holds A⁻¹, so
 * that a score costs d² and a further observation d² (Sherman & Morrison); a cache of the sums, never the truth.
 *
 * Source: Bishop, PRML, eqs. 3.50–3.54, 3.58–3.59 (without the noise term: what Thompson sampling draws).
 */
export class LinearPosterior {
  readonly size: number;
  /** The lower triangle of A⁻¹, row by row: half as much to read, where posteriors are more than caches hold. */
  readonly inverse: Float64Array;
  readonly theta: Float64Array;
  private readonly work: Float64Array;

  constructor(prior: LinearPrior, size: number, parts: readonly WeightedSums[]) {
    this.size = size;
    this.work = new Float64Array(size);
    const precision = new Float64Array(size * size);
    const right = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      precision[i * size + i] = i === 0 ? prior.interceptPrecision : prior.slopePrecision;
    }
    addSlopeMean(right, prior, 1);
    right[0] = prior.interceptPrecision * prior.interceptMean;
    for (const { sums, factor } of parts) {
      let at = 0;
      for (let i = 0; i < size; i++) {
        right[i]! += factor * sums.xy[i]!;
        for (let j = 0; j <= i; j++) precision[i * size + j]! += factor * sums.xx[at++]!;
      }
    }
    this.inverse = lowerTriangle(invertPositiveDefinite(precision, size), size);
    this.theta = symmetricProduct(this.inverse, right, new Float64Array(size));
  }

  /** θᵀx. */
  mean(x: Float64Array): number {
    const { theta, size } = this;
    let sum = 0;
    for (let i = 0; i < size; i++) sum += theta[i]! * x[i]!;
    return sum;
  }

  /** xᵀA⁻¹x: the variance of θᵀx in units of the noise. */
  leverage(x: Float64Array): number {
    const { inverse, size } = this;
    let quadratic = 0;
    let i = 0;
    // Four rows at once: each x is read once for all, and no sum waits for another.
    for (; i + 3 < size; i += 4) {
      const first = (i * (i + 1)) / 2;
      const second = first + i + 1;
      const third = second + i + 2;
      const fourth = third + i + 3;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let j = 0; j < i; j++) {
        const value = x[j]!;
        a += inverse[first + j]! * value;
        b += inverse[second + j]! * value;
        c += inverse[third + j]! * value;
        d += inverse[fourth + j]! * value;
      }
      // The corner on the diagonal.
      const [p, q, r, s] = [x[i]!, x[i + 1]!, x[i + 2]!, x[i + 3]!];
      b += inverse[second + i]! * p;
      c += inverse[third + i]! * p + inverse[third + i + 1]! * q;
      d += inverse[fourth + i]! * p + inverse[fourth + i + 1]! * q + inverse[fourth + i + 2]! * r;
      quadratic +=
        p * (2 * a + inverse[first + i]! * p) +
        q * (2 * b + inverse[second + i + 1]! * q) +
        r * (2 * c + inverse[third + i + 2]! * r) +
        s * (2 * d + inverse[fourth + i + 3]! * s);
    }
    for (; i < size; i++) {
      const row = (i * (i + 1)) / 2;
      let sum = 0;
      for (let j = 0; j < i; j++) sum += inverse[row + j]! * x[j]!;
      quadratic += x[i]! * (2 * sum + inverse[row + i]! * x[i]!);
    }
    return quadratic;
  }

  /** Follows the prior's slope mean from one prior to another that has the same precisions. */
  moveSlopeMean(from: LinearPrior, to: LinearPrior): void {
    const right = new Float64Array(this.size);
    addSlopeMean(right, to, 1);
    addSlopeMean(right, from, -1);
    const moved = symmetricProduct(this.inverse, right, this.work);
    for (let i = 0; i < moved.length; i++) this.theta[i]! += moved[i]!;
  }

  /** Adds one observation of the given weight. */
  observe(x: Float64Array, y: number, weight: number): void {
    const { inverse, theta, size } = this;
    const work = symmetricProduct(inverse, x, this.work);
    let leverage = 0;
    for (let i = 0; i < size; i++) leverage += work[i]! * x[i]!;
    const scale = weight / (1 + weight * leverage);
    const error = y - this.mean(x);
    for (let i = 0, at = 0; i < size; i++) {
      const step = scale * work[i]!;
      theta[i]! += step * error;
      for (let j = 0; j <= i; j++) inverse[at++]! -= step * work[j]!;
    }
  }
}

/** Adds Λ₀m₀ of the slopes, or takes it off. */
function addSlopeMean(right: Float64Array, { slopeMean, slopePrecision }: LinearPrior, sign: 1 | -1): void {
  if (slopeMean === undefined) return;
  for (let i = 1; i < right.length; i++) right[i]! += sign * slopePrecision * slopeMean[i]!;
}

function lowerTriangle(matrix: Float64Array, size: number): Float64Array {
  const triangle = new Float64Array((size * (size + 1)) / 2);
  for (let i = 0, at = 0; i < size; at += ++i) triangle.set(matrix.subarray(i * size, i * size + i + 1), at);
  return triangle;
}

/** A symmetric matrix, by its lower triangle, times a vector. @returns `product`. */
function symmetricProduct(triangle: Float64Array, vector: Float64Array, product: Float64Array): Float64Array {
  for (let i = 0, at = 0; i < vector.length; i++) {
    const own = vector[i]!;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const value = triangle[at++]!;
      sum += value * vector[j]!;
      product[j]! += value * own;
    }
    product[i] = sum + triangle[at++]! * own;
  }
  return product;
}
