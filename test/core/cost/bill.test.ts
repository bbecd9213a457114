import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd } from '../../../src/core/cost/bill.js';
import { expectedParts, estimateCost } from '../../../src/core/cost/estimate.js';
import { priceTable, tableAt } from '../../../src/core/cost/price-table.js';
import type { TokenUsage } from '../../../src/core/cost/token-usage.js';
import type { Prices } from '../../../src/core/registry/model.js';

const BASE: Prices = { inputUsdPerMTok: 3, outputUsdPerMTok: 15 };
const cost = (prices: Prices, usage: TokenUsage, batch = false): bigint =>
  costNanoUsd(priceTable(prices), usage, batch);

describe('costNanoUsd', () => {
  it('is tokens times price: 1,200 in at 3 USD and 300 out at 15 USD a million are 0.0081 USD', () => {
    expect(cost(BASE, { inputTokens: 1200, outputTokens: 300 })).toBe(8_100_000n);
  });

  it('reads cached tokens at their own price: 1,000 of 1,200 at 0.30 USD leave 0.0054 USD', () => {
    const prices = { ...BASE, cachedInputUsdPerMTok: 0.3 };
    // 200 × 3 + 1000 × 0.3 + 300 × 15 = 600 + 300 + 4500 µUSD
    expect(cost(prices, { inputTokens: 1200, cachedInputTokens: 1000, outputTokens: 300 })).toBe(5_400_000n);
  });

  it('takes cached tokens at the full price where the list has none', () => {
    const usage = { inputTokens: 1200, outputTokens: 300 };
    expect(cost(BASE, { ...usage, cachedInputTokens: 1000 })).toBe(cost(BASE, usage));
  });

  it('bills thinking as output, or at its own price where stated', () => {
    const usage = { inputTokens: 0, outputTokens: 1000, reasoningTokens: 400 };
    expect(cost(BASE, usage)).toBe(15_000_000n);
    // 600 × 15 + 400 × 30 = 21,000 µUSD
    expect(cost({ ...BASE, reasoningUsdPerMTok: 30 }, usage)).toBe(21_000_000n);
  });

  it('prices the whole call by the tier that the whole prompt is above', () => {
    const prices: Prices = {
      ...BASE,
      cachedInputUsdPerMTok: 0.3,
      reasoningUsdPerMTok: 99,
      tiers: [
        {
          abovePromptTokens: 200_000,
          inputUsdPerMTok: 6,
          outputUsdPerMTok: 22.5,
          cachedInputUsdPerMTok: 0.6,
        },
        { abovePromptTokens: 500_000, inputUsdPerMTok: 9, outputUsdPerMTok: 30 },
      ],
    };
    const out = { outputTokens: 1000 };
    expect(cost(prices, { inputTokens: 200_000, ...out })).toBe(615_000_000n);
    // 200,001 × 6 + 1000 × 22.5 = 1,222,506 µUSD
    expect(cost(prices, { inputTokens: 200_001, ...out })).toBe(1_222_506_000n);
    // 100,001 × 6 + 100,000 × 0.6 + 1000 × 22.5 = 682,506 µUSD
    expect(cost(prices, { inputTokens: 200_001, cachedInputTokens: 100_000, ...out })).toBe(682_506_000n);
    // A tier states no price for thinking: output of that tier.
    expect(cost(prices, { inputTokens: 200_001, outputTokens: 1000, reasoningTokens: 1000 })).toBe(
      1_222_506_000n,
    );
    expect(cost(prices, { inputTokens: 500_001, ...out })).toBe(4_530_009_000n);
  });

  it('takes the batch discount off tokens and not off the fee per request', () => {
    const prices = { ...BASE, perRequestUsd: 0.01, batchDiscount: 0.5 };
    const usage = { inputTokens: 1000, outputTokens: 200 };
    expect(cost(prices, usage)).toBe(16_000_000n);
    expect(cost(prices, usage, true)).toBe(13_000_000n);
    expect(cost(prices, { inputTokens: 0, outputTokens: 0 }, true)).toBe(10_000_000n);
  });

  it('rounds once, half up: prices of fractions of a nano-dollar a token add up first', () => {
    // 0.0375 USD a million tokens is 37.5 nano-USD a token.
    const prices: Prices = { inputUsdPerMTok: 0.0375, outputUsdPerMTok: 0.0375 };
    expect(cost(prices, { inputTokens: 1, outputTokens: 0 })).toBe(38n);
    expect(cost(prices, { inputTokens: 1, outputTokens: 1 })).toBe(75n);
    expect(cost(prices, { inputTokens: 3, outputTokens: 0 })).toBe(113n);
    // 0.0001 USD a million is 0.1 nano-USD a token.
    const tiny: Prices = { inputUsdPerMTok: 0.0001, outputUsdPerMTok: 0 };
    expect(cost(tiny, { inputTokens: 4, outputTokens: 0 })).toBe(0n);
    expect(cost(tiny, { inputTokens: 5, outputTokens: 0 })).toBe(1n);
    expect(cost(tiny, { inputTokens: 1_000_000, outputTokens: 0 })).toBe(100_000n);
  });

  it('is exact where doubles are not: 100 million tokens at 9,999.999999999 USD a million', () => {
    const prices: Prices = { inputUsdPerMTok: 9_999.999999999, outputUsdPerMTok: 0 };
    expect(cost(prices, { inputTokens: 99_999_999, outputTokens: 0 })).toBe(999_999_989_999_900n);
  });

  it.each<TokenUsage>([
    { inputTokens: -1, outputTokens: 0 },
    { inputTokens: 1.5, outputTokens: 0 },
    { inputTokens: NaN, outputTokens: 0 },
    { inputTokens: 1, outputTokens: 0, cachedInputTokens: 2 },
    { inputTokens: 1, outputTokens: 1, reasoningTokens: 2 },
    { inputTokens: 1, outputTokens: 0, cachedInputTokens: -1 },
    { inputTokens: 3, outputTokens: 0, cachedInputTokens: 1, cacheWriteTokens: 1, audioInputTokens: 2 },
    { inputTokens: 0, outputTokens: 3, reasoningTokens: 2, imageOutputTokens: 2 },
    { inputTokens: 1, outputTokens: 1, toolCalls: 0.5 },
    { inputTokens: 1, outputTokens: 1, toolCalls: -1 },
  ])('refuses %j', (usage) => {
    expect(() => cost(BASE, usage)).toThrow(RangeError);
  });
});

const usd = fc.integer({ min: 0, max: 60_000_000 }).map((micro) => micro / 1e6);
const anyPrices: fc.Arbitrary<Prices> = fc.record({
  inputUsdPerMTok: usd,
  outputUsdPerMTok: usd,
  perRequestUsd: usd.map((x) => x / 1e4),
  batchDiscount: fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100),
  tiers: fc.constantFrom([], [{ abovePromptTokens: 1000, inputUsdPerMTok: 7, outputUsdPerMTok: 21 }]),
});
const tokens = fc.nat(2_000_000);

describe('an estimate', () => {
  it('is the bill of the expected usage without the rounding, and the sum of its parts', () => {
    fc.assert(
      fc.property(anyPrices, tokens, tokens, fc.boolean(), (prices, inputTokens, outputTokens, batch) => {
        const table = priceTable(prices);
        const parts = { cachedInputTokens: inputTokens >> 2, cacheWrite1hTokens: inputTokens >> 3 };
        const question = { inputTokens, maxOutputTokens: 1e9, batch, parts, toolCalls: 3 };
        const length = { mean: outputTokens, logMean: Math.log(outputTokens + 1), logSd: 1, observations: 0 };
        const { meanNanoUsd } = estimateCost(table, length, question);
        const usage = { inputTokens, outputTokens, ...parts, toolCalls: 3 };
        const exact = Number(costNanoUsd(table, usage, batch));
        expect(Math.abs(meanNanoUsd - exact)).toBeLessThanOrEqual(0.5 + 1e-9 * exact);
        let sum = 0;
        for (const { nanoUsd } of expectedParts(table, outputTokens, question)) sum += nanoUsd;
        expect(Math.abs(meanNanoUsd - sum)).toBeLessThanOrEqual(1e-6 + 1e-12 * exact);
      }),
    );
  });
});

describe('prices by date', () => {
  const day = (iso: string): number => Date.parse(iso);
  const PRICES: Prices = {
    from: '2026-03-01',
    inputUsdPerMTok: 2,
    outputUsdPerMTok: 8,
    schedule: [
      { from: '2026-07-01', inputUsdPerMTok: 1, outputUsdPerMTok: 4 },
      { from: '2025-01-01', inputUsdPerMTok: 5, outputUsdPerMTok: 20 },
    ],
  };
  it.each([
    ['before the first row, which then stands in', '2024-06-01', 5_000_000n],
    ['the last moment of a row', '2026-02-28T23:59:59.999Z', 5_000_000n],
    ['the first moment of the next', '2026-03-01', 2_000_000n],
    ['an announced price once it holds', '2026-12-01', 1_000_000n],
  ])('%s', (_, at, nanoUsd) => {
    const table = tableAt(priceTable(PRICES), day(at));
    expect(costNanoUsd(table, { inputTokens: 1000, outputTokens: 0 }, false)).toBe(nanoUsd);
  });

  it('is one price throughout where there is no schedule', () => {
    const table = priceTable(BASE);
    expect(tableAt(table, 0)).toBe(table);
  });
});
