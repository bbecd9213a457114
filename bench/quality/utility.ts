import type { QualityCostWeights } from './bench-policy.js';
import type { OutcomeSet } from './outcome-set.js';
import { quantile } from './statistics.js';

/** τ is this quantile of all costs of a set. */
const REFERENCE_QUANTILE = 0.95;

const references = new WeakMap<OutcomeSet, number>();

/** τ: the 95th percentile of all costs, in USD; undefined on sets without costs. */
export function referenceCostUsd(set: OutcomeSet): number | undefined {
  if (set.costUsd === undefined) return undefined;
  let reference = references.get(set);
  if (reference === undefined) {
    reference = quantile(set.costUsd, REFERENCE_QUANTILE);
    references.set(set, reference);
  }
  return reference;
}

/** u = w_q·q − w_c·min(c/τ, 1) of every prompt and arm, laid out as the set's outcomes. */
export function utilities(set: OutcomeSet, weights: QualityCostWeights): Float64Array {
  const tau = referenceCostUsd(set);
  return set.quality.map((quality, i) => {
    const cost = tau === undefined || tau === 0 ? 0 : Math.min(set.costUsd![i]! / tau, 1);
    return weights.quality * quality - weights.cost * cost;
  });
}
