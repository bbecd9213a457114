import { expect, test } from 'vitest';
import { compare } from '../../../src/core/experiment/statistics/comparison.js';
import { harmOf } from '../../../src/core/promotion/harm.js';

const mean = (value: number, standardError: number, units = 200) => ({
  units,
  count: units,
  mean: value,
  standardError,
  unitSd: standardError * Math.sqrt(units),
});
const terms = { relative: false, alpha: 0.05, units: [200, 200] as const };

test('harm is how much lower quality is, and how much higher cost', () => {
  const worse = compare(mean(0.8, 0.01), mean(0.7, 0.01), { alpha: 0.05, rhoSquared: 0.01 });
  const quality = harmOf(worse, { ...terms, metric: 'quality' })!;
  expect((quality.low + quality.high) / 2).toBeCloseTo(0.1, 12);
  const cost = harmOf(worse, { ...terms, metric: 'cost' })!;
  expect((cost.low + cost.high) / 2).toBeCloseTo(-0.1, 12);
  const share = harmOf(worse, { ...terms, metric: 'quality', relative: true })!;
  expect((share.low + share.high) / 2).toBeCloseTo(0.125, 12);
});

test('where all units were alike, others are as rare as so many alike say, and no rarer', () => {
  const alike = compare(mean(1, 0), mean(1, 0), { alpha: 0.05, rhoSquared: 0.01 });
  const harm = harmOf(alike, { ...terms, metric: 'success' })!;
  // Each side's share of other units p has (1 − p)^200 ≥ 0.025 at the most that is left.
  expect(harm.high).toBeCloseTo((2 * Math.log(40)) / 200, 12);
  expect((1 - harm.high / 2) ** 200).toBeLessThanOrEqual(0.025);
  expect(harmOf(alike, { ...terms, metric: 'latency' })).toBeUndefined();
});
