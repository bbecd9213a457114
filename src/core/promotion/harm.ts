import { rarityOfOthers, type Interval } from '../evaluation/intervals.js';
import { isLowerBetter, type ExperimentMetric } from '../experiment/definition.js';
import type { Comparison } from '../experiment/statistics/comparison.js';

/** How a metric is looked at. */
export interface HarmTerms {
  readonly metric: ExperimentMetric;
  readonly relative: boolean;
  readonly alpha: number;
  /** Units of the two sides. */
  readonly units: readonly [number, number];
}

/**
 * How much worse the candidate is, always valid; above 0 is worse.
 *
 * Where every unit of both sides was alike, no spread can be estimated. Of numbers in [0, 1] it is then known, at every
 * look at once, how rare others are on each side (`rarityOfOthers`): the looks at which all were alike are nested, so
 * that their errors do not add up.
 */
export function harmOf(
  comparison: Comparison,
  { metric, relative, alpha, units }: HarmTerms,
): Interval | undefined {
  const { alwaysValid, lift, difference, standardError } = comparison;
  const interval = relative ? lift?.alwaysValid : alwaysValid;
  if (interval !== undefined)
    return isLowerBetter(metric) ? interval : { low: -interval.high, high: -interval.low };
  if (standardError !== 0 || isLowerBetter(metric) || relative) return undefined;
  const half = rarityOfOthers(units[0], alpha) + rarityOfOthers(units[1], alpha);
  return { low: -difference - half, high: -difference + half };
}
