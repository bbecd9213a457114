/**
 * Sums over the units of one arm for one metric. A unit is the pair (X, Y) of its weighted number of observations and
 * their weighted sum, with Z the same of the covariate: in this order n, ΣX, ΣY, ΣZ, ΣXX, ΣYY, ΣZZ, ΣXY, ΣXZ, ΣYZ.
 */
export type ClusterSums = Float64Array;

export const SUM = { n: 0, x: 1, y: 2, z: 3, xx: 4, yy: 5, zz: 6, xy: 7, xz: 8, yz: 9 } as const;
export const SUM_COUNT = 10;

export const emptyClusterSums = (): ClusterSums => new Float64Array(SUM_COUNT);

/** What a unit has brought so far. */
export interface UnitTotals {
  x: number;
  y: number;
  z: number;
}

/** Adds an observation to a unit, and to the sums what that changes in them. */
export function observeUnit(
  sums: ClusterSums,
  unit: UnitTotals,
  {
    weight,
    value,
    covariate,
  }: { readonly weight: number; readonly value: number; readonly covariate: number },
): void {
  if (unit.x === 0) sums[SUM.n]! += 1;
  const [x, y, z] = [weight, weight * value, weight * covariate];
  sums[SUM.x]! += x;
  sums[SUM.y]! += y;
  sums[SUM.z]! += z;
  // (a + b)(c + d) − ac = ad + bc + bd, so that nothing is subtracted.
  sums[SUM.xx]! += x * (2 * unit.x + x);
  sums[SUM.yy]! += y * (2 * unit.y + y);
  sums[SUM.zz]! += z * (2 * unit.z + z);
  sums[SUM.xy]! += unit.x * y + x * unit.y + x * y;
  sums[SUM.xz]! += unit.x * z + x * unit.z + x * z;
  sums[SUM.yz]! += unit.y * z + y * unit.z + y * z;
  unit.x += x;
  unit.y += y;
  unit.z += z;
}
