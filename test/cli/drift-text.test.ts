import { expect, it } from 'vitest';
import {
  againstBefore,
  driftedMetric,
  driftName,
  shiftRangeText,
  shiftText,
} from '../../src/cli/drift-text.js';
import { DriftMetric } from '../../src/gen/sextant/v1/insight.js';

it('a rate has moved by so much', () => {
  expect(shiftText('quality', -0.1204)).toBe('-0.120');
  expect(shiftRangeText('success', -0.1, 0.02)).toBe('-0.100 ± 0.039');
  expect(againstBefore('success', -0.1)).toBe('0.10 below');
});

it('a time or a length is so many times what it was', () => {
  expect(shiftText('latency', Math.LN2)).toBe('×2.00');
  expect(shiftRangeText('tokens', Math.LN2, 0.1)).toBe('×2.00 (1.64 to 2.43)');
  expect(againstBefore('tokens', -Math.LN2)).toBe('0.50 times');
});

it('every metric of the contract has a name', () => {
  const metrics = Object.values(DriftMetric).filter((metric) => typeof metric === 'number');
  for (const metric of metrics) expect(driftName(driftedMetric(metric))).not.toBe('');
  expect(driftedMetric(DriftMetric.OUTPUT_TOKENS)).toBe('tokens');
});
