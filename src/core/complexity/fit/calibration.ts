/** How far probabilities lie from what came of them. */
export interface Calibration {
  /** Mean of (p − y)². */
  readonly brier: number;
  /** The same for one probability for all. */
  readonly brierOfMean: number;
  /** Mean |p − y| over ten bins of equal size. */
  readonly error: number;
}

const BINS = 10;
const STEPS_MAX = 60;

/**
 * The intercept with which σ(intercept + score) has the targets' mean.
 * @param scores in logits. Bisection: the mean rises with the intercept.
 */
export function interceptFor(scores: Float64Array, mean: number): number {
  let largest = 0;
  for (const score of scores) largest = Math.max(largest, Math.abs(score));
  let [low, high] = [-largest - 30, largest + 30];
  for (let step = 0; step < STEPS_MAX; step++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (const score of scores) sum += sigmoid(middle + score);
    if (sum / scores.length < mean) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Source: Brier, Monthly Weather Review 78 (1950); Naeini, Cooper & Hauskrecht, AAAI 2015, for the bins. */
export function calibrationOf(probabilities: Float64Array, targets: Float64Array): Calibration {
  const n = targets.length;
  const mean = targets.reduce((sum, y) => sum + y, 0) / n;
  let [brier, brierOfMean, error] = [0, 0, 0];
  targets.forEach((y, i) => {
    brier += (probabilities[i]! - y) ** 2 / n;
    brierOfMean += (mean - y) ** 2 / n;
  });
  const order = Array.from(targets.keys()).sort((a, b) => probabilities[a]! - probabilities[b]!);
  for (let bin = 0; bin < BINS; bin++) {
    const rows = order.slice(Math.round((bin * n) / BINS), Math.round(((bin + 1) * n) / BINS));
    error += Math.abs(rows.reduce((sum, row) => sum + probabilities[row]! - targets[row]!, 0)) / n;
  }
  return { brier, brierOfMean, error };
}
