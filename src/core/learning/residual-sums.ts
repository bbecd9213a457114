import type { ArmId } from '../registry/model.js';
import { DRIFT_GROUPS, type DriftGroup } from './arm-stats.js';

/** Metrics whose outcomes are compared with what their tickets predicted. */
export const RESIDUAL_METRICS = ['quality', 'success', 'latency', 'tokens'] as const;
export type ResidualMetric = (typeof RESIDUAL_METRICS)[number];

/**
 * Residuals of one arm in one use case, against what tickets predicted, in one flat array: per metric, and in it per
 * memory, Σw, Σw·r and Σw². Residuals of quality and success are differences, those of latency and output tokens
 * differences of natural logarithms.
 */
export type ResidualSums = Float64Array;
/** Residuals of every arm of a use case. */
export type UseCaseResiduals = Map<ArmId, ResidualSums>;

const SUMS = 3;
const SUMS_PER_METRIC = SUMS * DRIFT_GROUPS.length;
export const RESIDUAL_COUNT = RESIDUAL_METRICS.length * SUMS_PER_METRIC;

const METRIC_FROM = Object.fromEntries(
  RESIDUAL_METRICS.map((metric, i) => [metric, i * SUMS_PER_METRIC]),
) as Readonly<Record<ResidualMetric, number>>;

export const emptyResiduals = (): ResidualSums => new Float64Array(RESIDUAL_COUNT);

/** Decayed sums of one metric under one memory. */
export interface MemorySums {
  /** Σw. */
  readonly weight: number;
  /** Σw·r. */
  readonly residual: number;
  /** Σw². */
  readonly squares: number;
}

/** @param memory position in `DRIFT_GROUPS`. */
export function memorySums(sums: ResidualSums, metric: ResidualMetric, memory: number): MemorySums {
  const from = METRIC_FROM[metric] + SUMS * memory;
  return { weight: sums[from]!, residual: sums[from + 1]!, squares: sums[from + 2]! };
}

/** Each memory takes the same residual. @param weights that it has there, by position in `DRIFT_GROUPS`. */
export function addResidual(
  sums: ResidualSums,
  metric: ResidualMetric,
  residual: number,
  weights: Float64Array,
): void {
  for (let i = 0, at = METRIC_FROM[metric]; i < weights.length; i++, at += SUMS) {
    const weight = weights[i]!;
    sums[at]! += weight;
    sums[at + 1]! += weight * residual;
    sums[at + 2]! += weight * weight;
  }
}

/** Scales one memory's sums of every metric, as when its landmark moves: weights by `factor`, squares by its square. */
export function scaleMemory(sums: ResidualSums, memory: DriftGroup, factor: number): void {
  for (let at = SUMS * DRIFT_GROUPS.indexOf(memory); at < RESIDUAL_COUNT; at += SUMS_PER_METRIC) {
    sums[at]! *= factor;
    sums[at + 1]! *= factor;
    sums[at + 2]! *= factor * factor;
  }
}
