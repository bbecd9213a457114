/**
 * Maps a count to [0, 1): x / (x + half), so that `half` scores one half and more of it adds less and less.
 * @param amount a count ≥ 0.
 * @param half > 0.
 */
export function saturate(amount: number, half: number): number {
  return amount <= 0 ? 0 : amount / (amount + half);
}
