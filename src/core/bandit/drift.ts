import { DRIFT_GROUPS, GROUP_RANGE, STAT, type ArmStats, type DriftGroup } from '../learning/arm-stats.js';

/** What an arm's recent residuals say: by how much its quality has moved, and how sure that is. */
export interface Drift {
  /** The memory that raised the alarm. */
  readonly memory: DriftGroup;
  /** Shift of the mean, shrunk to zero where the memory fades. */
  readonly shift: number;
  /** Variance of the shift. */
  readonly variance: number;
  /** Residual mean over its standard error. */
  readonly z: number;
}

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
/** Prior precision of a shift, in outcomes: a memory that has faded to this many believes half of what it saw. */
const SHIFT_PRIOR_OUTCOMES = 0.1;

/**
 * Looks for drift of one arm's quality in its residuals against what tickets predicted. A memory raises the alarm; the
 * shift is what the next shorter one holds, which has less of the time before the change in it. Sums by event time, so
 * the answer does not depend on the order of reports; an arm that is no longer pulled is forgiven as the shorter memory
 * fades, so that it is tried again, and a few more bad outcomes bring the shift back.
 *
 * Formula: r̄ = Σwr/Σw, n_eff = (Σw)²/Σw², z = r̄·√n_eff/σ; shift = Σwr/(Σw + κ), variance σ²/(Σw + κ).
 * Source: local-level model with exponential forgetting, West & Harrison, Bayesian Forecasting, §2.3 and §6.3.
 *
 * @param factorOf weight that the sums of a memory have now.
 * @param noiseVariance variance of one residual.
 */
export function driftOf(
  stats: ArmStats,
  factorOf: (memory: DriftGroup) => number,
  noiseVariance: number,
): Drift | undefined {
  let alarm = 0;
  let alarmZ = ALARM_Z;
  for (let i = 1; i < DRIFT_GROUPS.length; i++) {
    const z = Math.abs(zScore(stats, DRIFT_GROUPS[i]!, noiseVariance));
    if (z < alarmZ) continue;
    alarm = i;
    alarmZ = z;
  }
  if (alarm === 0) return undefined;
  const shorter = DRIFT_GROUPS[alarm - 1]!;
  const { from } = GROUP_RANGE[shorter];
  const factor = factorOf(shorter);
  const precision = stats[from]! * factor + SHIFT_PRIOR_OUTCOMES;
  return {
    memory: DRIFT_GROUPS[alarm]!,
    shift: (stats[from + 1]! * factor) / precision,
    variance: noiseVariance / precision,
    z: zScore(stats, DRIFT_GROUPS[alarm]!, noiseVariance),
  };
}

/** Mean residual of a memory over its standard error; 0 where it cannot tell. */
function zScore(stats: ArmStats, memory: DriftGroup, noiseVariance: number): number {
  const { from } = GROUP_RANGE[memory];
  const held = effective(stats[from]!, stats[from + 2]!);
  const known = effective(stats[STAT.qualityW]!, stats[STAT.qualityW2]!);
  if (held < LEAST_OUTCOMES || held > SHARE_OF_OUTCOMES_MOST * known) return 0;
  return (stats[from + 1]! / stats[from]!) * Math.sqrt(held / noiseVariance);
}

/** n_eff = (Σw)²/Σw². */
const effective = (weight: number, squares: number): number => (weight > 0 ? (weight * weight) / squares : 0);
