import type { Rng } from '../random.js';
import type { Beta } from './beta-distribution.js';

/** A standard normal draw, by Box and Muller. */
export function sampleNormal(rng: Rng): number {
  // 1 − u lies in (0, 1], so that the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/**
 * The logarithm of a Gamma(shape, 1) draw, shape > 0. The logarithm, because draws at tiny shapes
 * underflow. Source: Marsaglia & Tsang, A simple method for generating gamma variables (2000), §6 for
 * shapes below one.
 */
export function sampleLogGamma(shape: number, rng: Rng): number {
  if (shape < 1) return sampleLogGamma(shape + 1, rng) + Math.log(1 - rng()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = sampleNormal(rng);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - rng()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d) + Math.log(v);
  }
}

/** A draw from Beta(α, β), in [0, 1]; finite for every positive shape. */
export function sampleBeta({ alpha, beta }: Beta, rng: Rng): number {
  const difference = sampleLogGamma(beta, rng) - sampleLogGamma(alpha, rng);
  return 1 / (1 + Math.exp(difference));
}
