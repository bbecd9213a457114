import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LengthBelief } from '../../../src/core/bandit/metric-belief.js';
import { estimateCost } from '../../../src/core/cost/estimate.js';
import { priceTable } from '../../../src/core/cost/price-table.js';

const TABLE = priceTable({
  inputUsdPerMTok: 1,
  outputUsdPerMTok: 4,
  perRequestUsd: 0.001,
  batchDiscount: 0.5,
});
const length = (
  median: number,
  logSd: number,
  mean = median * Math.exp((logSd * logSd) / 2),
): LengthBelief => ({
  mean,
  logMean: Math.log(median),
  logSd,
  observations: 0,
});

const anyLength = fc
  .record({
    median: fc.double({ min: 1, max: 1e5, noNaN: true }),
    logSd: fc.double({ min: 0.05, max: 3, noNaN: true }),
    skew: fc.double({ min: 0.1, max: 10, noNaN: true }),
  })
  .map(({ median, logSd, skew }) => length(median, logSd, median * skew));
const anyQuestion = fc.record({
  inputTokens: fc.nat(1_000_000),
  maxOutputTokens: fc.integer({ min: 1, max: 200_000 }),
  batch: fc.boolean(),
});

describe('estimateCost', () => {
  it('is the list price at the expected length, by hand', () => {
    const estimate = estimateCost(TABLE, length(500, 0.5, 600), {
      inputTokens: 2000,
      maxOutputTokens: 8000,
      batch: false,
    });
    // 0.001 USD + 2000 × 1 µUSD + 600 × 4 µUSD
    expect(estimate.meanNanoUsd).toBeCloseTo(5_400_000, 3);
    expect(estimate).toMatchObject({ inputTokens: 2000, outputTokens: 600 });
  });

  it('spans the middle 80 % of the log-normal (z = 1.2816)', () => {
    const estimate = estimateCost(TABLE, length(500, 0.5), {
      inputTokens: 0,
      maxOutputTokens: 1e6,
      batch: false,
    });
    const tokens = (nanoUsd: number): number => (nanoUsd - 1_000_000) / 4000;
    expect(tokens(estimate.lowNanoUsd)).toBeCloseTo(500 / Math.exp(0.5 * 1.281552), 2);
    expect(tokens(estimate.highNanoUsd)).toBeCloseTo(500 * Math.exp(0.5 * 1.281552), 2);
  });

  it('orders low ≤ mean ≤ high, all finite and none negative', () => {
    fc.assert(
      fc.property(anyLength, anyQuestion, (belief, question) => {
        const { lowNanoUsd, meanNanoUsd, highNanoUsd } = estimateCost(TABLE, belief, question);
        expect(lowNanoUsd >= 0 && lowNanoUsd <= meanNanoUsd && meanNanoUsd <= highNanoUsd).toBe(true);
        expect(highNanoUsd).toSatisfy(Number.isFinite);
      }),
    );
  });

  it('never expects more than the output limit', () => {
    fc.assert(
      fc.property(anyLength, anyQuestion, (belief, question) => {
        const estimate = estimateCost(TABLE, belief, question);
        const { meanNanoUsd } = estimateCost(TABLE, length(1, 0.05, question.maxOutputTokens), question);
        expect(estimate.outputTokens).toBeLessThanOrEqual(question.maxOutputTokens);
        expect(estimate.highNanoUsd).toBeLessThanOrEqual(meanNanoUsd * (1 + 1e-12));
      }),
    );
  });

  it('halves tokens in batch, and the fee not', () => {
    const question = { inputTokens: 2000, maxOutputTokens: 8000 };
    const [plain, batch] = [false, true].map((b) =>
      estimateCost(TABLE, length(500, 0.5, 600), { ...question, batch: b }),
    );
    expect(batch!.meanNanoUsd - 1_000_000).toBeCloseTo((plain!.meanNanoUsd - 1_000_000) / 2, 3);
  });
});
