import { betaMean, betaQuantile, type Beta } from './beta-distribution.js';

/** A mean and its central 95 % interval. */
export interface CredibleInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export const credibleInterval = (shape: Beta): CredibleInterval => ({
  mean: betaMean(shape),
  low: betaQuantile(shape, 0.025),
  high: betaQuantile(shape, 0.975),
});
