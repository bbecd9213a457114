import { logBeta } from './beta-distribution.js';
import { pooled, spreadOf, type CellSums } from './prior-spread.js';
import type { RatePrior } from './priors.js';

/** What the file takes; more evidence of sameness than this is not asked for. */
export const STRENGTH_MAX = 10_000;
const STRENGTH_MIN = 0.5;

/**
 * The Beta prior of a new cell, from the spread of the cells there are.
 *
 * `cells`: sums of rates in [0, 1]; `fallback`: the prior of the wider scope. Few cells (see `spreadOf`) say where
 * the mean lies, but not how far a new cell may be from it: the fallback's strength then stands.
 *
 * Formula: a Beta of mean m and variance τ² has strength α + β = m(1 − m)/τ² − 1. The mean is drawn to the fallback
 * by its strength against all N outcomes, which keeps it inside (0, 1): m = (s₀m₀ + N·m̂)/(s₀ + N).
 *
 * Source: Gelman et al., Bayesian Data Analysis, 3rd ed., §5.3 and eq. A.3 (moments of the Beta); with the noise
 * inside cells estimated and not taken as m(1 − m), because a judged quality may be any number between 0 and 1.
 * Minka, Estimating a Dirichlet distribution (2000), §3, is the likelihood's way to the same strength.
 */
export function fitRate(cells: readonly CellSums[], fallback: RatePrior): RatePrior {
  const all = pooled(cells);
  if (all.count === 0) return fallback;
  const spread = spreadOf(cells);
  const centre = spread?.mean ?? all.sum / all.count;
  const mean = (fallback.strength * fallback.mean + all.count * centre) / (fallback.strength + all.count);
  if (spread === undefined) return { mean, strength: fallback.strength };
  const strength = (mean * (1 - mean)) / spread.between - 1;
  return { mean, strength: Math.min(Math.max(strength, STRENGTH_MIN), STRENGTH_MAX) };
}

/**
 * A cell's own prior: its posterior under the prior of its siblings, as a mean and a strength.
 *
 * Formula: mean (s·m + Σx)/(s + n), strength s + n. Source: Gelman et al., §2.4.
 */
export function posteriorRate({ mean, strength }: RatePrior, { count, sum }: CellSums): RatePrior {
  return { mean: (strength * mean + sum) / (strength + count), strength: strength + count };
}

/**
 * −ln of the probability that a prior gives to a cell's outcomes, one after the other, in nats.
 *
 * Formula: ln B(α, β) − ln B(α + Σx, β + n − Σx); for rates between 0 and 1 the quasi-likelihood by which the
 * posterior counts them. Source: Gelman et al., §5.3 (the beta-binomial without its coefficient).
 */
export function rateLoss({ mean, strength }: RatePrior, { count, sum }: CellSums): number {
  const alpha = mean * strength;
  const beta = strength - alpha;
  return logBeta({ alpha, beta }) - logBeta({ alpha: alpha + sum, beta: beta + count - sum });
}
