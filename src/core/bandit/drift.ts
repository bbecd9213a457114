import { DRIFT_GROUPS, type DriftGroup } from '../learning/arm-stats.js';
import {
  memorySums,
  type MemorySums,
  type ResidualMetric,
  type ResidualSums,
} from '../learning/residual-sums.js';

/** What an arm's recent residuals say: by how much a metric has moved, and how sure that is. */
export interface Drift {
  /** The memory that raised the alarm. */
  readonly memory: DriftGroup;
  /** Shift of the mean, shrunk to zero where the memory fades; of a latency or a length, in natural logarithms. */
  readonly shift: number;
  /** Variance of the shift. */
  readonly variance: number;
  /** Residual mean over its standard error. */
  readonly z: number;
}

/**
 * Whether the shift lies beyond its own error, which is what an alarm is told by. Without outcomes z stands as it was
 * while the shift fades.
 */
export const isShown = ({ shift, variance }: Drift): boolean => shift * shift >= variance;

/** Drift of one arm by metric; empty where nothing has moved. */
export type Drifts = Partial<Readonly<Record<ResidualMetric, Drift>>>;

/**
 * Standard errors from which a shift counts as drift. The shift of a false alarm is small and fades.
 */
const ALARM_Z = 4;
/** Outcomes that a memory must hold: fewer, and the residuals are not near normal. */
const LEAST_OUTCOMES = 8;
/**
 * The most of an arm's outcomes that a memory may hold. One that goes back to the first of them has the residuals of
 * learning in it, which the posterior has taken in since.
 */
const SHARE_OF_OUTCOMES_MOST = 0.5;

/**
 * Of the prior's outcomes, below which a memory is empty: a shift is a tenth of what it saw, and forgiven altogether.
 * What is left after it would be doubt alone, for as long as nobody tries the arm.
 */
const EMPTY_SHARE = 0.1;
/** Variance of a coin's side: no mean in [0, 1] is less sure. */
const RATE_VARIANCE_MOST = 0.25;

interface Reading {
  /**
   * Which memory is believed of those that raise the alarm, and for how long. A judgement stands until others contradict
   * it: the surest, for as long as it holds what it saw. Providers fail and slow down for an hour and recover: the
   * shortest, which forgives as fast as it saw.
   */
  readonly alarm: 'surest' | 'shortest';
  /** Prior precision of a shift, in outcomes: a memory that has faded to this many believes half of what it saw. */
  readonly priorOutcomes: number;
  /** Below this variance of one residual, a few odd outcomes would look like a change. */
  readonly leastNoise: number;
  /** The least mean residual that is a change: of much traffic, any prediction is off by something. */
  readonly leastShift: number;
  /** The most variance that a shift may have. */
  readonly varianceMost: number;
}

/** A model that fails once in 24 calls; one in a thousand would raise the alarm by its next failure. */
const LEAST_SUCCESS_NOISE = 0.04;
/** What a failure in fifty calls, and a tenth of a length or a time, changes of a choice is little. */
const LEAST_SUCCESS_SHIFT = 0.02;
const LEAST_LOG_SHIFT = 0.1;

const READINGS: Readonly<Record<ResidualMetric, Reading>> = {
  quality: {
    alarm: 'surest',
    priorOutcomes: 0.1,
    leastNoise: 0,
    leastShift: 0,
    varianceMost: RATE_VARIANCE_MOST,
  },
  success: {
    alarm: 'shortest',
    priorOutcomes: 1,
    leastNoise: LEAST_SUCCESS_NOISE,
    leastShift: LEAST_SUCCESS_SHIFT,
    varianceMost: RATE_VARIANCE_MOST,
  },
  latency: {
    alarm: 'shortest',
    priorOutcomes: 1,
    leastNoise: 0,
    leastShift: LEAST_LOG_SHIFT,
    varianceMost: Infinity,
  },
  tokens: {
    alarm: 'surest',
    priorOutcomes: 0.1,
    leastNoise: 0,
    leastShift: LEAST_LOG_SHIFT,
    varianceMost: Infinity,
  },
};

/** How one arm's residuals are read at one moment. */
export interface DriftQuestion {
  readonly metric: ResidualMetric;
  /** Decayed number of the arm's outcomes behind its posterior. */
  readonly known: number;
  /** Variance of one residual. */
  readonly noise: number;
  /** Weight that the sums of a memory have now. */
  readonly factorOf: (memory: DriftGroup) => number;
}

/**
 * Looks for drift of one arm's metric in its residuals against what tickets predicted. A memory raises the alarm; how
 * far the metric moved is the mean of the next shorter one, which has less of the time before the change in it. Sums by
 * event time, so the answer does not depend on the order of reports; an arm that is no longer pulled is forgiven as the
 * outcomes behind the shift fade, so that it is tried again, and a few more bad outcomes bring the shift back. Once none
 * is left, drift is over.
 *
 * Formula: r̄ = Σwr/Σw, n_eff = (Σw)²/Σw², z = r̄·√n_eff/σ; shift = n·r̄/(n + κ), variance σ²/(n + κ), r̄ and n = Σw of
 * the shorter memory, or n the outcomes since the change in the one that raised the alarm.
 * Source: local-level model with exponential forgetting, West & Harrison, Bayesian Forecasting, §2.3 and §6.3.
 */
export function driftOf(
  sums: ResidualSums,
  { metric, known, noise, factorOf }: DriftQuestion,
): Drift | undefined {
  const reading = READINGS[metric];
  const variance = Math.max(noise, reading.leastNoise);
  let found: number | undefined;
  let foundZ = 0;
  for (let memory = 0; memory < DRIFT_GROUPS.length; memory++) {
    const z = zScore(memorySums(sums, metric, memory), { known, variance, leastShift: reading.leastShift });
    if (Math.abs(z) < Math.max(ALARM_Z, Math.abs(foundZ))) continue;
    found = memory;
    foundZ = z;
    if (reading.alarm === 'shortest') break;
  }
  if (found === undefined) return undefined;
  const recent = Math.max(found - 1, 0);
  const { weight, residual } = memorySums(sums, metric, recent);
  if (weight === 0) return undefined;
  const mean = residual / weight;
  const fresh = weight * factorOf(DRIFT_GROUPS[recent]!);
  const since = outcomesSince(memorySums(sums, metric, found), mean) * factorOf(DRIFT_GROUPS[found]!);
  const outcomes = reading.alarm === 'surest' ? Math.max(fresh, since) : fresh;
  if (outcomes < EMPTY_SHARE * reading.priorOutcomes) return undefined;
  const precision = outcomes + reading.priorOutcomes;
  return {
    memory: DRIFT_GROUPS[found]!,
    shift: (outcomes * mean) / precision,
    variance: Math.min(variance / precision, reading.varianceMost),
    z: foundZ,
  };
}

/** Outcomes in a memory that came after a change to a mean residual, those before it having been as predicted. */
function outcomesSince({ weight, residual }: MemorySums, mean: number): number {
  return mean === 0 ? 0 : Math.min(Math.max(residual / mean, 0), weight);
}

interface Evidence {
  readonly known: number;
  readonly variance: number;
  readonly leastShift: number;
}

/** Mean residual of a memory over its standard error; 0 where it cannot tell. */
function zScore(
  { weight, residual, squares }: MemorySums,
  { known, variance, leastShift }: Evidence,
): number {
  if (weight === 0) return 0;
  const held = (weight * weight) / squares;
  if (held < LEAST_OUTCOMES || held > SHARE_OF_OUTCOMES_MOST * known) return 0;
  const mean = residual / weight;
  return Math.abs(mean) < leastShift ? 0 : mean * Math.sqrt(held / variance);
}
