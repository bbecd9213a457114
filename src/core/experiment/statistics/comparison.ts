import type { Interval } from '../../evaluation/intervals.js';
import { normalCdf } from '../../bandit/normal-marginal.js';
import { normalQuantile } from '../../bandit/normal-quantile.js';
import { alwaysValidMultiplier, alwaysValidPValue } from './confidence-sequence.js';
import type { RatioMean } from './ratio-mean.js';

/** An arm against control. */
export interface Comparison {
  readonly difference: number;
  readonly standardError: number;
  /** At level 1 − α if looked at once, at a time that was fixed before. */
  readonly fixed: Interval;
  /** At level 1 − α at all times at once; absent before it is tuned. */
  readonly alwaysValid?: Interval;
  /** Two-sided, for a look at a fixed time. */
  readonly pValue: number;
  /** May be read at any time; absent with `alwaysValid`. */
  readonly alwaysValidPValue?: number;
  /** Difference as a share of control's mean; absent where that is not above zero. */
  readonly lift?: { readonly value: number; readonly fixed: Interval; readonly alwaysValid?: Interval };
}

export interface ComparisonTerms {
  readonly alpha: number;
  /** Absent before the comparison has its least number of units. */
  readonly rhoSquared?: number;
}

/**
 * V of a comparison's sum: the difference times the mean count is S_B − S_A where counts are alike, as inverse
 * probabilities make them.
 */
export const comparedVariance = (control: RatioMean, arm: RatioMean): number => {
  const count = (control.count + arm.count) / 2;
  return count * count * (control.standardError ** 2 + arm.standardError ** 2);
};

/** Compares two means of independent arms. */
export function compare(
  control: RatioMean,
  arm: RatioMean,
  { alpha, rhoSquared }: ComparisonTerms,
): Comparison {
  const difference = arm.mean - control.mean;
  const standardError = Math.hypot(control.standardError, arm.standardError);
  const variance = comparedVariance(control, arm);
  const multiplier =
    rhoSquared === undefined || !(variance > 0)
      ? undefined
      : alwaysValidMultiplier(variance, rhoSquared, alpha);
  const z = normalQuantile(1 - alpha / 2);
  const around = (centre: number, error: number, times: number): Interval => ({
    low: centre - times * error,
    high: centre + times * error,
  });
  const liftError = relativeError(control, arm);
  return {
    difference,
    standardError,
    fixed: around(difference, standardError, z),
    pValue: 2 * normalCdf(-Math.abs(difference) / standardError),
    ...(multiplier !== undefined && {
      alwaysValid: around(difference, standardError, multiplier),
      alwaysValidPValue: alwaysValidPValue(difference / standardError, variance, rhoSquared!),
    }),
    ...(control.mean > 0 && {
      lift: {
        value: difference / control.mean,
        fixed: around(difference / control.mean, liftError, z),
        ...(multiplier !== undefined && {
          alwaysValid: around(difference / control.mean, liftError, multiplier),
        }),
      },
    }),
  };
}

/**
 * Standard error of B/A − 1 (delta method): √(var B/A² + B²·var A/A⁴).
 * Source: Deng, Knoblich & Lu (KDD 2018), §2.2.
 */
function relativeError(control: RatioMean, arm: RatioMean): number {
  const ratio = arm.mean / control.mean;
  return Math.hypot(arm.standardError, ratio * control.standardError) / control.mean;
}
