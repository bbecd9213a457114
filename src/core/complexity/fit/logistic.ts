import { conjugateGradient } from './conjugate-gradient.js';

/** Rows of features; a row belongs to one group. */
export interface Design {
  readonly rows: number;
  /** In [0, 1], by row. */
  readonly targets: Float64Array;
  readonly groups: Int32Array;
  readonly groupCount: number;
  readonly columns: number;
  /** Row-major, rows × columns. */
  readonly dense: Float64Array;
  /** Sparse features of a row, of about unit length. */
  readonly bags?: readonly SparseRow[];
  readonly buckets: number;
}

export interface SparseRow {
  readonly at: Int32Array;
  readonly values: Float64Array;
}

export interface Penalties {
  /** On coefficients of columns scaled to unit deviation within groups, and on those of buckets. */
  readonly dense: number;
  readonly buckets: number;
}

export interface LogisticFit {
  readonly coefficients: Float64Array;
  readonly buckets: Float64Array;
}

const NEWTON_STEPS_MAX = 40;
const GRADIENT_PER_ROW = 1e-7;
const HALVINGS_MAX = 30;
/** Keeps the intercept of a group whose targets are all alike finite. */
const INTERCEPT_PENALTY = 0.01;

/**
 * Ridge-penalised logistic regression with an intercept for each group, so that only differences within groups tell:
 * minimises Σ [log(1 + e^η) − y·η] + ½·Σ penalty·coefficient², η = group's intercept + x·coefficients.
 *
 * @param rows which rows to fit to.
 * @param columns which columns of `dense` to use; the others' coefficients are 0.
 * Source: Lin, Weng & Keerthi, Trust Region Newton Method for Logistic Regression (JMLR 9, 2008), with a line search;
 * fractional targets: Papke & Wooldridge, Journal of Applied Econometrics 11 (1996).
 */
export function fitLogistic(
  design: Design,
  { rows, columns, penalties }: { rows: Int32Array; columns: readonly number[]; penalties: Penalties },
): LogisticFit {
  const { buckets, groupCount } = design;
  const scaled = scaleColumns(design, rows, columns);
  const width = columns.length;
  const size = width + buckets + groupCount;
  const penalty = new Float64Array(size).fill(penalties.dense, 0, width);
  penalty.fill(penalties.buckets, width, width + buckets).fill(INTERCEPT_PENALTY, width + buckets);
  const model = new Model(design, { rows, width, values: scaled.values, penalty });
  const theta = model.minimise();
  const coefficients = new Float64Array(design.columns);
  columns.forEach((column, c) => (coefficients[column] = theta[c]! / scaled.deviations[c]!));
  return { coefficients, buckets: theta.slice(width, width + buckets) };
}

/** The chosen columns, less their group's mean, over their deviation within groups. */
function scaleColumns(
  { dense, columns: stride, groups, groupCount }: Design,
  rows: Int32Array,
  columns: readonly number[],
): { values: Float64Array; deviations: Float64Array } {
  const width = columns.length;
  const values = new Float64Array(rows.length * width);
  const deviations = new Float64Array(width);
  const counts = new Float64Array(groupCount);
  for (const row of rows) counts[groups[row]!]! += 1;
  columns.forEach((column, c) => {
    const means = new Float64Array(groupCount);
    for (const row of rows) means[groups[row]!]! += dense[row * stride + column]! / counts[groups[row]!]!;
    let square = 0;
    rows.forEach((row, i) => {
      const value = dense[row * stride + column]! - means[groups[row]!]!;
      values[i * width + c] = value;
      square += value * value;
    });
    const deviation = Math.sqrt(square / rows.length) || 1;
    deviations[c] = deviation;
    for (let i = 0; i < rows.length; i++) values[i * width + c]! /= deviation;
  });
  return { values, deviations };
}

interface Parts {
  readonly rows: Int32Array;
  readonly width: number;
  readonly values: Float64Array;
  readonly penalty: Float64Array;
}

class Model {
  private readonly eta: Float64Array;

  constructor(
    private readonly design: Design,
    private readonly parts: Parts,
  ) {
    this.eta = new Float64Array(parts.rows.length);
  }

  minimise(): Float64Array {
    const { rows, penalty } = this.parts;
    const { targets } = this.design;
    const theta = new Float64Array(penalty.length);
    const residual = new Float64Array(rows.length);
    const variance = new Float64Array(rows.length);
    for (let step = 0; step < NEWTON_STEPS_MAX; step++) {
      this.multiply(theta, this.eta);
      rows.forEach((row, i) => {
        const mean = 1 / (1 + Math.exp(-this.eta[i]!));
        residual[i] = mean - targets[row]!;
        variance[i] = Math.max(mean * (1 - mean), 1e-9);
      });
      const gradient = this.multiplyTransposed(residual);
      let largest = 0;
      gradient.forEach((_, p) => {
        gradient[p]! += penalty[p]! * theta[p]!;
        largest = Math.max(largest, Math.abs(gradient[p]!));
      });
      if (largest <= GRADIENT_PER_ROW * rows.length) break;
      if (!this.descend(theta, gradient, variance)) break;
    }
    return theta;
  }

  /** One Newton step, halved until it lowers the loss. @returns whether it did. */
  private descend(theta: Float64Array, gradient: Float64Array, variance: Float64Array): boolean {
    const { penalty, rows } = this.parts;
    const diagonal = this.diagonal(variance);
    const product = new Float64Array(rows.length);
    const direction = conjugateGradient({
      diagonal,
      right: gradient.map((value) => -value),
      times: (vector) => {
        this.multiply(vector, product);
        for (let i = 0; i < product.length; i++) product[i]! *= variance[i]!;
        const out = this.multiplyTransposed(product);
        for (let p = 0; p < out.length; p++) out[p]! += penalty[p]! * vector[p]!;
        return out;
      },
    });
    const before = this.loss(theta);
    const start = theta.slice();
    for (let halving = 0, share = 1; halving < HALVINGS_MAX; halving++, share /= 2) {
      for (let p = 0; p < theta.length; p++) theta[p] = start[p]! + share * direction[p]!;
      if (this.loss(theta) < before) return true;
    }
    theta.set(start);
    return false;
  }

  private loss(theta: Float64Array): number {
    const { rows, penalty } = this.parts;
    const { targets } = this.design;
    this.multiply(theta, this.eta);
    let sum = 0;
    rows.forEach((row, i) => {
      const eta = this.eta[i]!;
      sum += Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))) - targets[row]! * eta;
    });
    theta.forEach((value, p) => (sum += 0.5 * penalty[p]! * value * value));
    return sum;
  }

  /** out = X·theta. */
  private multiply(theta: Float64Array, out: Float64Array): void {
    const { rows, width, values } = this.parts;
    const { bags, buckets, groups } = this.design;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      let sum = theta[width + buckets + groups[row]!]!;
      for (let c = 0; c < width; c++) sum += theta[c]! * values[i * width + c]!;
      if (bags !== undefined) {
        const { at, values: weights } = bags[row]!;
        for (let k = 0; k < at.length; k++) sum += theta[width + at[k]!]! * weights[k]!;
      }
      out[i] = sum;
    }
  }

  /** Xᵀ·vector. */
  private multiplyTransposed(vector: Float64Array): Float64Array {
    const { rows, width, values, penalty } = this.parts;
    const { bags, buckets, groups } = this.design;
    const out = new Float64Array(penalty.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const weight = vector[i]!;
      out[width + buckets + groups[row]!]! += weight;
      for (let c = 0; c < width; c++) out[c]! += weight * values[i * width + c]!;
      if (bags === undefined) continue;
      const { at, values: weights } = bags[row]!;
      for (let k = 0; k < at.length; k++) out[width + at[k]!]! += weight * weights[k]!;
    }
    return out;
  }

  /** Diagonal of Xᵀ·V·X + penalty. */
  private diagonal(variance: Float64Array): Float64Array {
    const { rows, width, values, penalty } = this.parts;
    const { bags, buckets, groups } = this.design;
    const out = penalty.slice();
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const v = variance[i]!;
      out[width + buckets + groups[row]!]! += v;
      for (let c = 0; c < width; c++) out[c]! += v * values[i * width + c]! ** 2;
      if (bags === undefined) continue;
      const { at, values: weights } = bags[row]!;
      for (let k = 0; k < at.length; k++) out[width + at[k]!]! += v * weights[k]! ** 2;
    }
    return out;
  }
}
