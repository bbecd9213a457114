import { STAT, type ArmStats } from '../learning/arm-stats.js';

/** Expected cost against what was reported. */
export interface CostCalibration {
  /** Decayed number of reports that were compared. */
  readonly outcomes: number;
  /** Reported cost over the expected mean, both summed. */
  readonly actualToExpected: number;
  /** Share of reports inside the 80 % interval, and of those above it; the rest is below. */
  readonly intervalCoverage: number;
  readonly aboveInterval: number;
}

/**
 * How estimates turned out, from the sums of one arm or several.
 * @param factor weight that sums at the landmark have now.
 * @returns nothing where no cost was compared.
 */
export function costCalibration(
  stats: readonly (ArmStats | undefined)[],
  factor: number,
): CostCalibration | undefined {
  let [weight, actual, expected, inside, above] = [0, 0, 0, 0, 0];
  for (const sums of stats) {
    if (sums === undefined) continue;
    weight += sums[STAT.comparedW]!;
    actual += sums[STAT.comparedActual]!;
    expected += sums[STAT.comparedExpected]!;
    inside += sums[STAT.comparedInside]!;
    above += sums[STAT.comparedAbove]!;
  }
  if (!(weight > 0 && expected > 0)) return undefined;
  return {
    outcomes: factor * weight,
    actualToExpected: actual / expected,
    intervalCoverage: inside / weight,
    aboveInterval: above / weight,
  };
}
