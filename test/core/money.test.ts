import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NANO_USD_PER_USD, nanoUsdFromUsd, usdFromNanoUsd } from '../../src/core/money.js';

describe('money', () => {
  it.each([
    [0, 0n],
    [1, 1_000_000_000n],
    [0.00875, 8_750_000n],
    [0.1 + 0.2, 300_000_000n],
    [1e-9, 1n],
    [4e-10, 0n],
    [9_000_000, 9_000_000_000_000_000n],
  ])('holds %d USD as whole nano-USD', (usd, nano) => {
    expect(nanoUsdFromUsd(usd)).toBe(nano);
  });

  it.each([NaN, Infinity, -Infinity, 9_007_200, 1e300])('refuses %d USD', (usd) => {
    expect(() => nanoUsdFromUsd(usd)).toThrow(RangeError);
  });

  it('comes back from US dollars, for every amount that a call can cost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (nano) => {
        expect(nanoUsdFromUsd(usdFromNanoUsd(nano))).toBe(BigInt(nano));
        expect(usdFromNanoUsd(BigInt(nano))).toBe(nano / NANO_USD_PER_USD);
      }),
    );
  });
});
