import { NORMAL_975 } from '../core/bandit/normal-quantile.js';
import { DriftMetric } from '../gen/sextant/v1/insight.js';

/** What has drifted, as reports have it. */
export type DriftedMetric = 'quality' | 'success' | 'latency' | 'tokens' | 'unknown';

const METRICS: Readonly<Record<DriftMetric, DriftedMetric>> = {
  [DriftMetric.UNSPECIFIED]: 'unknown',
  [DriftMetric.QUALITY]: 'quality',
  [DriftMetric.SUCCESS]: 'success',
  [DriftMetric.LATENCY]: 'latency',
  [DriftMetric.OUTPUT_TOKENS]: 'tokens',
};

export const driftedMetric = (metric: DriftMetric): DriftedMetric => METRICS[metric];

const NAMES: Readonly<Record<DriftedMetric, string>> = {
  quality: 'quality',
  success: 'success',
  latency: 'latency',
  tokens: 'answer length',
  unknown: 'a metric',
};

export const driftName = (metric: DriftedMetric): string => NAMES[metric];

/** Latencies and lengths are shifted by a factor, of which the shift is the logarithm. */
const isFactor = (metric: DriftedMetric): boolean => metric === 'latency' || metric === 'tokens';

/** `-0.120`, or `×1.93`. */
export const shiftText = (metric: DriftedMetric, shift: number): string =>
  isFactor(metric) ? `×${Math.exp(shift).toFixed(2)}` : shift.toFixed(3);

/** With its 95 % interval: `-0.120 ± 0.040`, or `×1.93 (1.71 to 2.18)`. */
export function shiftRangeText(metric: DriftedMetric, shift: number, sd: number): string {
  if (!isFactor(metric)) return `${shiftText(metric, shift)} ± ${(NORMAL_975 * sd).toFixed(3)}`;
  const [low, high] = [-NORMAL_975, NORMAL_975].map((z) => Math.exp(shift + z * sd).toFixed(2));
  return `${shiftText(metric, shift)} (${low} to ${high})`;
}

/** `0.12 below`, or `1.93 times`. */
export const againstBefore = (metric: DriftedMetric, shift: number): string =>
  isFactor(metric)
    ? `${Math.exp(shift).toFixed(2)} times`
    : `${Math.abs(shift).toFixed(2)} ${shift < 0 ? 'below' : 'above'}`;
