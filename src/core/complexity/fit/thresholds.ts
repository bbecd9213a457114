/** Places at which the sorted composites may be cut. */
const CUTS = 40;
/** Least share of the examples in each level. */
const LEAST_SHARE = 0.2;

/**
 * The two cuts that leave the least variance of the outcome within the three levels, each with a fifth of the examples.
 *
 * @param composites in (0, 1).
 * @param excess each example's target less the mean of its source, so that a cut does not tell sources apart.
 * @returns undefined where the composites are too much alike to be cut twice.
 * Source: Breiman et al., Classification and Regression Trees (1984), §8.4, the split criterion.
 */
export function thresholdsFor(
  composites: Float64Array,
  excess: Float64Array,
): { medium: number; high: number } | undefined {
  const order = Array.from(composites.keys()).sort((a, b) => composites[a]! - composites[b]!);
  const n = order.length;
  const sums = new Float64Array(n + 1);
  order.forEach((row, i) => (sums[i + 1] = sums[i]! + excess[row]!));
  const cuts = [...new Set(Array.from({ length: CUTS - 1 }, (_, i) => Math.round(((i + 1) * n) / CUTS)))]
    .map((at) => firstOf(order, composites, at))
    .filter((at, i, all) => at > 0 && all.indexOf(at) === i);
  const between = (from: number, to: number): number => (sums[to]! - sums[from]!) ** 2 / (to - from);
  const least = LEAST_SHARE * n;
  let best: { explained: number; medium: number; high: number } | undefined;
  for (const low of cuts) {
    for (const high of cuts) {
      if (low < least || high - low < least || n - high < least) continue;
      const explained = between(0, low) + between(low, high) + between(high, n);
      if (best === undefined || explained > best.explained) {
        best = { explained, medium: composites[order[low]!]!, high: composites[order[high]!]! };
      }
    }
  }
  return best && { medium: best.medium, high: best.high };
}

/** A composite on a threshold is of the higher level: the first place that has this composite. */
function firstOf(order: readonly number[], composites: Float64Array, at: number): number {
  let first = Math.min(at, order.length - 1);
  while (first > 0 && composites[order[first - 1]!] === composites[order[first]!]) first -= 1;
  return first;
}
