/** Whole nano-US-dollars (1e-9 USD). */
export type NanoUsd = bigint & { readonly __brand: 'NanoUsd' };

export const NANO_USD_PER_USD = 1_000_000_000;

/** Nano-USD from US dollars, rounded to the nearest. @throws RangeError on NaN, ±∞ or beyond 2^53 nano-USD. */
export function nanoUsdFromUsd(usd: number): NanoUsd {
  const nano = Math.round(usd * NANO_USD_PER_USD);
  if (!Number.isSafeInteger(nano)) throw new RangeError(`not an amount of money: ${usd} USD`);
  return BigInt(nano) as NanoUsd;
}

/** US dollars, for people and for scores; never for sums that must be exact. */
export function usdFromNanoUsd(nanoUsd: number | bigint): number {
  return Number(nanoUsd) / NANO_USD_PER_USD;
}
