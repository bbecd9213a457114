import type { DriftGroup } from '../learning/arm-stats.js';
import type { LearningState } from '../learning/learning-state.js';
import { RESIDUAL_METRICS, type ResidualMetric, type ResidualSums } from '../learning/residual-sums.js';
import { betaMean, betaOfMoments, betaVariance, type Beta } from './beta-distribution.js';
import { driftOf, type Drift, type Drifts } from './drift.js';
import type { LengthBelief, MetricBelief } from './metric-belief.js';

/** What is believed of an arm before drift: its posteriors. */
export interface SettledBelief {
  readonly quality: MetricBelief;
  readonly success: Beta;
  readonly latencyMs: LengthBelief;
  readonly outputTokens: LengthBelief;
}

/** Decayed numbers of outcomes behind each. */
export type Known = Readonly<Record<ResidualMetric, number>>;

export const NO_DRIFTS: Drifts = {};

/** The variance of a Laplace residual over that of a normal one with the same mean deviation: lengths and times have heavy tails. */
const LAPLACE_OVER_NORMAL = 4 / Math.PI;

/** Every metric of an arm that has moved, by its residuals. */
export function driftsOf(
  residuals: ResidualSums,
  settled: SettledBelief,
  { known, state, nowMs }: { readonly known: Known; readonly state: LearningState; readonly nowMs: number },
): Drifts {
  const rate = betaMean(settled.success);
  const noises: Readonly<Record<ResidualMetric, number>> = {
    quality: settled.quality.noise,
    success: rate * (1 - rate),
    latency: LAPLACE_OVER_NORMAL * settled.latencyMs.logSd ** 2,
    tokens: LAPLACE_OVER_NORMAL * settled.outputTokens.logSd ** 2,
  };
  const factorOf = (memory: DriftGroup): number => state.readFactor(memory, nowMs);
  const drifts: { -readonly [Metric in ResidualMetric]?: Drift } = {};
  for (const metric of RESIDUAL_METRICS) {
    const drift = driftOf(residuals, { metric, known: known[metric], noise: noises[metric], factorOf });
    if (drift !== undefined) drifts[metric] = drift;
  }
  return drifts;
}

/** A Beta has no mean at the ends of its range. */
const MEAN_MARGIN = 0.001;
const clampInside = (mean: number): number => Math.min(Math.max(mean, MEAN_MARGIN), 1 - MEAN_MARGIN);

/** Moves a belief by its drift and widens it. A Beta becomes the Beta of the moved mean and variance. */
export function driftedQuality(settled: MetricBelief, drift: Drift | undefined): MetricBelief {
  if (drift === undefined) return settled;
  const { mean, variance, slopeVariance, noise, beta } = settled;
  const moved = beta === undefined ? mean + drift.shift : clampInside(mean + drift.shift);
  const wider = variance + drift.variance;
  const shape = beta && betaOfMoments(moved, wider);
  return {
    mean: moved,
    variance: wider,
    ...(slopeVariance !== undefined && { slopeVariance }),
    noise,
    ...(shape && { beta: shape }),
  };
}

/** The Beta of the moved mean and the wider variance. */
export function driftedRate(settled: Beta, drift: Drift | undefined): Beta {
  if (drift === undefined) return settled;
  return betaOfMoments(clampInside(betaMean(settled) + drift.shift), betaVariance(settled) + drift.variance);
}

/** A log-normal whose values are all e^shift times as large. */
export function driftedLength(settled: LengthBelief, drift: Drift | undefined): LengthBelief {
  if (drift === undefined) return settled;
  const { mean, logMean, logSd, observations } = settled;
  return {
    mean: mean * Math.exp(drift.shift),
    logMean: logMean + drift.shift,
    logSd: Math.hypot(logSd, Math.sqrt(drift.variance)),
    observations,
  };
}
