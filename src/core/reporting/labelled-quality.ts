import { NORMAL_975 } from '../bandit/normal-quantile.js';
import { ALIKE_VARIANCE_MOST, rarityOfOthers } from '../evaluation/intervals.js';
import { STAT, type ArmStats } from '../learning/arm-stats.js';

/** Mean quality over all requests, from the labels that were asked for. */
export interface LabelledQuality {
  readonly mean: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** n_eff = (Σw)²/Σw² of the labels, decayed. */
  readonly labels: number;
}

/** One label has no spread to tell an interval from. */
const LEAST_LABELS = 2;

/**
 * What an arm's answers are worth on average, though callers report as they like: labels that were asked for at random
 * stand for 1/p requests each. Undefined where none came.
 *
 * Formula: ȳ = Σ(y/p)/Σ(1/p), s² = (Σ(y²/p)/Σ(1/p) − ȳ²)·n/(n − 1), ȳ ± 1.96·s/√n, n = n_eff; ȳ ± `rarityOfOthers`
 * where all were alike.
 * Source: Hájek (1971), the ratio estimator; Särndal, Swensson & Wretman, Model Assisted Survey Sampling, §5.7.
 *
 * @param factor weight that the sums have now.
 */
export function labelledQuality(stats: ArmStats, factor: number): LabelledQuality | undefined {
  const weight = stats[STAT.labelW]!;
  if (weight * factor === 0) return undefined;
  const mean = stats[STAT.labelX]! / weight;
  const labels = (weight * weight) / stats[STAT.labelW2]!;
  if (labels < LEAST_LABELS) return { mean, low: 0, high: 1, labels };
  const variance = Math.max(0, stats[STAT.labelXX]! / weight - mean * mean) * (labels / (labels - 1));
  const half =
    variance > ALIKE_VARIANCE_MOST ? NORMAL_975 * Math.sqrt(variance / labels) : rarityOfOthers(labels);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half), labels };
}
