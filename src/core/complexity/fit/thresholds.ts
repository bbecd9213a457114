/** Places at which the sorted composites may be cut. */
const CUTS = 40;
/** Least share of the weight in each level. */
const LEAST_SHARE = 0.2;

/** What is cut into levels, by example. */
export interface Levelled {
  /** In (0, 1). */
  readonly composites: Float64Array;
  /** The target less the mean of its source, so that a cut does not tell sources apart. */
  readonly excess: Float64Array;
  /** How much it counts, > 0. */
  readonly weights: Float64Array;
}

/**
 * The two cuts that leave the least variance of the outcome within the three levels, each with a fifth of the weight.
 *
 * @returns undefined where the composites are too much alike to be cut twice.
 * Source: Breiman et al., Classification and Regression Trees (1984), §8.4, the split criterion.
 */
export function thresholdsFor({
  composites,
  excess,
  weights,
}: Levelled): { medium: number; high: number } | undefined {
  const order = Array.from(composites.keys()).sort((a, b) => composites[a]! - composites[b]!);
  const n = order.length;
  const mass = new Float64Array(n + 1);
  const sums = new Float64Array(n + 1);
  order.forEach((row, i) => {
    mass[i + 1] = mass[i]! + weights[row]!;
    sums[i + 1] = sums[i]! + weights[row]! * excess[row]!;
  });
  const total = mass[n]!;
  const placeOf = (share: number): number => mass.findIndex((below) => below >= share * total);
  const cuts = [...new Set(Array.from({ length: CUTS - 1 }, (_, i) => placeOf((i + 1) / CUTS)))]
    .map((at) => firstOf(order, composites, at))
    .filter((at, i, all) => at > 0 && all.indexOf(at) === i);
  const between = (from: number, to: number): number =>
    (sums[to]! - sums[from]!) ** 2 / (mass[to]! - mass[from]!);
  const isWide = (from: number, to: number): boolean => mass[to]! - mass[from]! >= LEAST_SHARE * total;
  let best: { explained: number; medium: number; high: number } | undefined;
  for (const low of cuts) {
    for (const high of cuts) {
      if (low >= high || !isWide(0, low) || !isWide(low, high) || !isWide(high, n)) continue;
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
