import type { WeighedDecision } from './evaluated-decision.js';

/** Importance weights with `from ≤ w < to`. */
export interface WeightBucket {
  /** 0 in the first bucket, which takes everything below 1/256. */
  readonly from: number;
  /** A power of two; infinite in the last bucket, which takes everything from 65,536 on. */
  readonly to: number;
  readonly decisions: number;
  /** Sum of their weights: how much of an estimate rests on them. */
  readonly weight: number;
}

/** Weights below 2^LEAST_LOG2 stand together, and those from 2^MOST_LOG2 on. */
const LEAST_LOG2 = -8;
const MOST_LOG2 = 16;

/**
 * Importance weights by powers of two, from the first bucket that has any to the last. A log of the policy's own has all
 * of them at 1; the further they spread, the fewer decisions an estimate rests on.
 */
export function weightHistogram(decisions: readonly Pick<WeighedDecision, 'weight'>[]): WeightBucket[] {
  const buckets = Array.from({ length: MOST_LOG2 - LEAST_LOG2 + 2 }, () => ({ decisions: 0, weight: 0 }));
  for (const { weight } of decisions) {
    const bucket = buckets[placeOf(weight)]!;
    bucket.decisions += 1;
    bucket.weight += weight;
  }
  const isHeld = ({ decisions: count }: { decisions: number }): boolean => count > 0;
  const [first, last] = [buckets.findIndex(isHeld), buckets.findLastIndex(isHeld)];
  if (first < 0) return [];
  return buckets.slice(first, last + 1).map((bucket, i) => {
    const log2 = LEAST_LOG2 + first + i;
    return {
      from: log2 === LEAST_LOG2 ? 0 : 2 ** (log2 - 1),
      to: log2 > MOST_LOG2 ? Infinity : 2 ** log2,
      ...bucket,
    };
  });
}

const placeOf = (weight: number): number =>
  Math.min(MOST_LOG2, Math.max(LEAST_LOG2 - 1, Math.floor(Math.log2(weight)))) - LEAST_LOG2 + 1;
