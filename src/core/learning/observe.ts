import { PROPENSITY_ONE } from '../bandit/propensity.js';
import type { Outcome } from '../outcome/outcome.js';
import { STAT, type ArmStats, type StatGroup } from './arm-stats.js';
import { observeExecution } from './observe-execution.js';

/** Adds one outcome to an arm's sums, with the weight of its event time per group. */
export function observe(
  stats: ArmStats,
  outcome: Outcome,
  weights: Readonly<Record<StatGroup, number>>,
): void {
  if (outcome.quality !== undefined) {
    observeQuality(stats, outcome.quality.value, weights.quality);
    observeLabel(stats, outcome, weights.labels);
  }
  if (outcome.execution !== undefined) observeExecution(stats, outcome, outcome.execution, weights);
}

function observeQuality(stats: ArmStats, quality: number, weight: number): void {
  stats[STAT.qualityW]! += weight;
  stats[STAT.qualityX]! += weight * quality;
  stats[STAT.qualityXX]! += weight * quality * quality;
  stats[STAT.qualityW2]! += weight * weight;
}

/** A label that was asked for with probability p stands for 1/p requests. Fallbacks are not asked about. */
function observeLabel(
  stats: ArmStats,
  { attempt, quality, labelProbabilityQ16 }: Outcome,
  weight: number,
): void {
  if (attempt > 0 || quality === undefined || labelProbabilityQ16 === undefined) return;
  const w = (weight * PROPENSITY_ONE) / labelProbabilityQ16;
  stats[STAT.labelW]! += w;
  stats[STAT.labelX]! += w * quality.value;
  stats[STAT.labelXX]! += w * quality.value * quality.value;
  stats[STAT.labelW2]! += w * w;
}
