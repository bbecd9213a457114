import { logGamma } from './log-gamma.js';
import { STRENGTH_MAX } from './prior-rate.js';
import { pooled, spreadOf, sumOfSquaredDeviations, type CellSums } from './prior-spread.js';
import type { LogNormalPrior } from './priors.js';

/** What the file takes; below 5 % a length is never known. */
const SIGMA_MIN = 0.05;
const SIGMA_MAX = 3;
const STRENGTH_MIN = 0.5;

/**
 * The log-normal prior of a model's answer lengths or latencies in a new use case.
 *
 * `cells`: sums of ln x per use case; `fallback`: the default. With too few use cases to see their spread, all
 * outcomes are pooled with the fallback, whose strength then stands.
 *
 * Formula: the median is e^μ of the weighted mean μ of the cells' log-means, σ the deviation inside cells, and the
 * strength κ₀ = σ²/τ², since under a Normal-inverse-gamma a cell's mean has variance σ²/κ₀.
 *
 * Source: Gelman et al., Bayesian Data Analysis, 3rd ed., §3.3 and §5.4; spread by Morris (1983), see `spreadOf`.
 */
export function fitLength(cells: readonly CellSums[], fallback: LogNormalPrior): LogNormalPrior {
  const all = pooled(cells);
  if (all.count === 0) return fallback;
  const spread = spreadOf(cells);
  if (spread !== undefined) {
    const strength = spread.within / spread.between;
    return {
      median: Math.exp(spread.mean),
      sigma: sigmaOf(spread.within),
      strength: Math.min(Math.max(strength, STRENGTH_MIN), STRENGTH_MAX),
    };
  }
  const { strength } = fallback;
  const { logMean, squares } = posterior(fallback, all);
  return { median: Math.exp(logMean), sigma: sigmaOf(squares / (strength + all.count)), strength };
}

const sigmaOf = (variance: number): number => Math.min(Math.max(Math.sqrt(variance), SIGMA_MIN), SIGMA_MAX);

/** Mean of the logarithm, and ν·σ², after a cell: Gelman et al., §3.3, with κ₀ = ν₀ = strength. */
function posterior(
  { median, sigma, strength }: LogNormalPrior,
  cell: CellSums,
): { logMean: number; squares: number } {
  const { count, sum } = cell;
  const prior = Math.log(median);
  const total = strength + count;
  const distance = sum / count - prior;
  return {
    logMean: (strength * prior + sum) / total,
    squares:
      strength * sigma * sigma +
      sumOfSquaredDeviations(cell) +
      ((strength * count) / total) * distance * distance,
  };
}

/**
 * −ln of the density that a prior gives to the logarithms of a cell's values, one after the other, in nats.
 *
 * Formula: the Normal-inverse-gamma's marginal likelihood with κ₀ = ν₀ = s and S₀ = s·σ²,
 * Γ(νₙ/2)/Γ(ν₀/2) · √(κ₀/κₙ) · S₀^(ν₀/2) / Sₙ^(νₙ/2) · π^(−n/2).
 *
 * Source: Gelman et al., §3.3; written out in Murphy, Conjugate Bayesian analysis of the Gaussian distribution (2007), §5.
 */
export function lengthLoss(prior: LogNormalPrior, cell: CellSums): number {
  const { count } = cell;
  if (count === 0) return 0;
  const { strength, sigma } = prior;
  const total = strength + count;
  const { squares } = posterior(prior, cell);
  return -(
    logGamma(total / 2) -
    logGamma(strength / 2) +
    Math.log(strength / total) / 2 +
    (strength / 2) * Math.log(strength * sigma * sigma) -
    (total / 2) * Math.log(squares) -
    (count / 2) * Math.log(Math.PI)
  );
}
