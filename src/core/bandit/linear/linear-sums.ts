import { addProducts, AT_ONCE } from './products.js';

/**
 * Places in `scalars`. The last three are for logarithms y: what a smearing factor and a robust spread are made of.
 * `expP` is read no more, and keeps its place in snapshots.
 */
export const LINEAR = { w: 0, w2: 1, yy: 2, rr: 3, expY: 4, expP: 5, absR: 6, count: 7 } as const;

/** One observation: y at x, what was predicted for it, and the weight of its event time. */
export interface LinearObservation {
  readonly x: Float64Array;
  readonly y: number;
  readonly predicted: number;
  readonly weight: number;
  /** Whether y is a logarithm, so that the sums for smearing are wanted. */
  readonly logarithmic: boolean;
}

/**
 * Sufficient statistics of a linear regression, as decayed sums under one landmark: Σw·x·xᵀ (lower triangle,
 * row by row), Σw·y·x, Σw·y², Σw, Σw², and Σw·r² and Σw·|r| of the residuals against the prediction that the ticket
 * carried.
 * Sums merge by adding and move by scaling, in any order.
 *
 * The triangle is larger than a processor's nearest cache, so that reading and writing it is most of the work: products
 * wait until there are some, and are added to each sum in the order in which they came, to the same last bit.
 *
 * Source: Bishop, Pattern Recognition and Machine Learning, §3.3.1; decay as in Cormode et al. (ICDE 2009).
 */
export class LinearSums {
  /** Σw, Σw², Σw·y², Σw·r², Σw·e^y, Σw·e^p, Σw·|r|: see `LINEAR`. */
  readonly scalars = new Float64Array(LINEAR.count);
  /** Of (x, y): the last row is Σw·y·x, and a number that nobody reads. */
  private readonly triangle: Float64Array;
  private readonly products: Float64Array;
  private readonly answers: Float64Array;
  private waiting = 0;
  private readonly waitingWeights = new Float64Array(AT_ONCE);
  /** One (x, y) after another. */
  private waitingXs: Float64Array | undefined;

  constructor(readonly size: number) {
    const products = (size * (size + 1)) / 2;
    this.triangle = new Float64Array(products + size + 1);
    this.products = this.triangle.subarray(0, products);
    this.answers = this.triangle.subarray(products, products + size);
  }

  /** Σw·x·xᵀ. */
  get xx(): Float64Array {
    if (this.waiting > 0) this.addWaiting();
    return this.products;
  }

  /** Σw·y·x. */
  get xy(): Float64Array {
    if (this.waiting > 0) this.addWaiting();
    return this.answers;
  }

  add({ x, y, predicted, weight, logarithmic }: LinearObservation): void {
    const { scalars } = this;
    this.wait(x, y, weight);
    scalars[LINEAR.w]! += weight;
    scalars[LINEAR.w2]! += weight * weight;
    scalars[LINEAR.yy]! += weight * y * y;
    scalars[LINEAR.rr]! += weight * (y - predicted) ** 2;
    if (logarithmic) {
      scalars[LINEAR.expY]! += weight * Math.exp(y);
      scalars[LINEAR.expP]! += weight * Math.exp(predicted);
      scalars[LINEAR.absR]! += weight * Math.abs(y - predicted);
    }
  }

  /** Scales all sums, as when their landmark moves: Σw² by the square. */
  scale(factor: number): void {
    const { xx, xy, scalars } = this;
    for (let i = 0; i < xx.length; i++) xx[i]! *= factor;
    for (let i = 0; i < xy.length; i++) xy[i]! *= factor;
    for (let i = 0; i < scalars.length; i++) scalars[i]! *= i === LINEAR.w2 ? factor * factor : factor;
  }

  private wait(x: Float64Array, y: number, weight: number): void {
    const { size } = this;
    this.waitingXs ??= new Float64Array((size + 1) * AT_ONCE);
    const at = this.waiting * (size + 1);
    this.waitingXs.set(x, at);
    this.waitingXs[at + size] = y;
    this.waitingWeights[this.waiting++] = weight;
    if (this.waiting === AT_ONCE) this.addWaiting();
  }

  private addWaiting(): void {
    addProducts(this.triangle, this.waitingXs!, this.waitingWeights, this.size + 1);
    this.waitingWeights.fill(0);
    this.waiting = 0;
  }
}
