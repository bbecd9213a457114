import { quantizePropensities } from '../bandit/propensity.js';
import type { ArmChange } from '../experiment/definition.js';
import type { ScoredCandidate } from './score-candidates.js';

export type Pin = Pick<ArmChange, 'model' | 'promptVariant'>;

/**
 * Gives all probability to the candidates that an arm of an experiment is about, in the proportions that they had.
 * Where none of them is a candidate, all stays as it was: the unit still counts for its arm (intention to treat), and
 * the request is not refused.
 */
export function pinCandidates(
  candidates: readonly ScoredCandidate[],
  { model: modelId, promptVariant }: Pin,
): readonly ScoredCandidate[] {
  if (modelId === undefined && promptVariant === undefined) return candidates;
  const isMeant = ({ arm, model }: ScoredCandidate): boolean =>
    (modelId === undefined || model.id === modelId) &&
    (promptVariant === undefined || arm.prompt?.variant.id === promptVariant);
  const meant = candidates.filter(isMeant);
  if (meant.length === 0) return candidates;
  const total = meant.reduce((sum, { propensityQ16 }) => sum + propensityQ16, 0);
  const shares = candidates.map((candidate) => {
    if (!isMeant(candidate)) return 0;
    return total > 0 ? candidate.propensityQ16 / total : 1 / meant.length;
  });
  const quantized = quantizePropensities(shares);
  return candidates.map((candidate, k) => ({
    ...candidate,
    propensityQ16: quantized[k]!,
  }));
}
