import type { ArmStats } from '../learning/arm-stats.js';
import type { LengthBelief } from './metric-belief.js';
import type { LogNormalPrior } from './priors.js';

type Stats = readonly (ArmStats | undefined)[];

/** Sums from wide to narrow: those of other arms, then the arm's own. */
interface LengthScopes {
  readonly wider: Stats;
  readonly own: Stats;
}

interface LengthReading {
  /** Where in the sums the four of the log-normal begin. */
  readonly first: number;
  /** Weight that sums at the landmark have now. */
  readonly factor: number;
  /** n₀: how many outcomes a scope may borrow from the one above. */
  readonly poolingStrength: number;
}

/** Lengths are never known better than to 5 %. */
const LEAST_LOG_VARIANCE = 0.0025;

/**
 * A log-normal posterior of a length, a duration or a ratio: shrunk from the prior through ever narrower scopes, each
 * worth what it has seen.
 *
 * Formula: m ← (κ·m + Σw·ln x)/(κ + Σw), s² ← (κ·(s² + (m₀ − m)²) + Σw·(ln x − m)²)/(κ + Σw), κ the prior's strength
 * and then n₀. Source: Normal with unknown mean and variance, Gelman et al., Bayesian Data Analysis, §3.3.
 */
export function lengthBelief(
  prior: LogNormalPrior,
  { wider, own }: LengthScopes,
  { first, factor, poolingStrength }: LengthReading,
): LengthBelief {
  let logMean = Math.log(prior.median);
  let logVariance = prior.sigma * prior.sigma;
  let mean = prior.median * Math.exp(logVariance / 2);
  let strength = prior.strength;
  let observations = 0;
  for (const stats of [...wider, ...own]) {
    if (stats === undefined) continue;
    const n = stats[first]! * factor;
    const total = strength + n;
    const previousLogMean = logMean;
    mean = (strength * mean + stats[first + 1]! * factor) / total;
    logMean = (strength * logMean + stats[first + 2]! * factor) / total;
    // Second moment about the new mean, from the narrower scope's sums and the wider scope's spread.
    const ownSecond =
      stats[first + 3]! * factor - 2 * logMean * stats[first + 2]! * factor + n * logMean * logMean;
    const priorSecond = strength * (logVariance + (previousLogMean - logMean) ** 2);
    logVariance = Math.max((priorSecond + ownSecond) / total, LEAST_LOG_VARIANCE);
    strength = poolingStrength;
    if (own.includes(stats)) observations = n;
  }
  return { mean, logMean, logSd: Math.sqrt(logVariance), observations };
}
