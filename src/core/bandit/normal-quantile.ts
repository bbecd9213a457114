/** Φ⁻¹(0.975): standard deviations to either side that hold 95 %. */
export const NORMAL_975 = 1.959963984540054;

/**
 * Φ⁻¹(p), to 1e-7 relative.
 *
 * @param p probability; 0 and 1 give −∞ and ∞, anything outside NaN.
 * Source: Wichura, Algorithm AS 241, The percentage points of the normal distribution (1988), PPND7.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    const below = ((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1;
    return (q * above) / below;
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const distance = tailQuantile(Math.sqrt(-Math.log(tail)));
  return q < 0 ? -distance : distance;
}

function tailQuantile(root: number): number {
  if (root <= 5) {
    const r = root - 1.6;
    const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
    return above / ((0.12021132975 * r + 0.7370016425) * r + 1);
  }
  const r = root - 5;
  const above = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115;
  return above / ((0.012258202635 * r + 0.24197894225) * r + 1);
}
