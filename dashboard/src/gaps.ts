/** A line is drawn over what is missing up to this share of the chart: beyond it, nothing is known of the time between. */
export const BRIDGED_SHARE = 1 / 12;

/** Places of values that no line reaches: with no other within so many steps. */
export function isolated(values: readonly (number | null | undefined)[], bridgedSteps: number): number[] {
  const known = values.flatMap((value, i) => (typeof value === 'number' ? [i] : []));
  return known.filter((i, k) => {
    const before = i - (known[k - 1] ?? -Infinity);
    const after = (known[k + 1] ?? Infinity) - i;
    return Math.min(before, after) > Math.max(1, bridgedSteps);
  });
}
