/** Greatest relative error of a quantile. */
export const SKETCH_RELATIVE_ERROR = 0.02;

const GAMMA = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** What is smaller counts as this; in the unit of what is counted. */
const LEAST = 0.01;
/** What is larger counts as this, so that a sketch has at most 635 buckets. */
const MOST = 1e9;

export const SKETCH_MIN_INDEX = indexOf(LEAST);
export const SKETCH_MAX_INDEX = indexOf(MOST);

/**
 * Counts in buckets whose bounds grow by a factor, so that each quantile is known to a relative error of
 * `SKETCH_RELATIVE_ERROR`, and two sketches add up exactly (DDSketch, without collapsing: its range is bounded instead).
 *
 * Invariant: `indexes` ascend, and each has a positive whole count.
 *
 * Source: Masson, Rim, Lee, *DDSketch*, VLDB 2019, §2.1.
 */
export class LogSketch {
  constructor(
    private ownIndexes: number[] = [],
    private ownCounts: number[] = [],
  ) {}

  get indexes(): readonly number[] {
    return this.ownIndexes;
  }

  get counts(): readonly number[] {
    return this.ownCounts;
  }

  /** @param value finite and not negative. @throws RangeError. */
  add(value: number): void {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`a sketch takes no ${value}`);
    this.addAt(indexOf(Math.min(Math.max(value, LEAST), MOST)), 1);
  }

  /** Adds what another one has counted. */
  merge({ ownIndexes: theirs, ownCounts: theirCounts }: LogSketch): void {
    const { ownIndexes: ours, ownCounts: ourCounts } = this;
    if (ours.length === 0) {
      this.ownIndexes = [...theirs];
      this.ownCounts = [...theirCounts];
      return;
    }
    const indexes: number[] = [];
    const counts: number[] = [];
    let [i, j] = [0, 0];
    while (i < ours.length || j < theirs.length) {
      const our = i < ours.length ? ours[i]! : Infinity;
      const their = j < theirs.length ? theirs[j]! : Infinity;
      indexes.push(Math.min(our, their));
      counts.push((our <= their ? ourCounts[i++]! : 0) + (their <= our ? theirCounts[j++]! : 0));
    }
    this.ownIndexes = indexes;
    this.ownCounts = counts;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * The value at rank `⌊q (n − 1)⌋`, from 0, to within the relative error; nothing where nothing was counted.
   * @param q in [0, 1].
   */
  quantile(q: number): number | undefined {
    const rank = Math.floor(q * (this.count - 1));
    let below = 0;
    for (let i = 0; i < this.indexes.length; i++) {
      below += this.counts[i]!;
      if (below > rank) return (2 * GAMMA ** this.indexes[i]!) / (GAMMA + 1);
    }
    return undefined;
  }

  private addAt(index: number, count: number): void {
    const { ownIndexes: indexes, ownCounts: counts } = this;
    let [low, high] = [0, indexes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (indexes[middle]! < index) low = middle + 1;
      else high = middle;
    }
    if (indexes[low] === index) {
      counts[low]! += count;
      return;
    }
    indexes.splice(low, 0, index);
    counts.splice(low, 0, count);
  }
}

/** The bucket `(γ^(i−1), γ^i]` that a positive value lies in. */
function indexOf(value: number): number {
  // Just below 1 the index is −0, which a codec makes 0.
  return Math.ceil(Math.log(value) / LOG_GAMMA) + 0;
}
