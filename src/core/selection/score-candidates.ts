import { jointBest } from '../bandit/joint-best.js';
import type { Marginal } from '../bandit/marginal.js';
import { probabilityOfBest } from '../bandit/probability-of-best.js';
import { quantizePropensities } from '../bandit/propensity.js';
import type { Candidate } from './candidate.js';
import { isPricedOut, leastProbabilities, withLeast, withProbeShare } from './exploration.js';
import {
  answeredMoments,
  expectedUtility,
  overallUtility,
  utilityMarginal,
  type UtilityTerms,
} from './utility.js';

/** A candidate with its score. */
export interface ScoredCandidate extends Candidate {
  readonly expectedUtility: number;
  /** In 1/65536. */
  readonly propensityQ16: number;
}

/** Tabulated points per arm. */
const MARGINAL_POINTS = 129;

/**
 * Scores candidates and gives each the probability with which the policy picks it.
 *
 * @param probeShare least share of requests of half-open models together, where the policy explores.
 */
export function scoreCandidates(
  candidates: readonly Candidate[],
  terms: UtilityTerms,
  probeShare = 0,
): ScoredCandidate[] {
  if (candidates.length === 0) return [];
  const quantized = quantizePropensities(probabilities(candidates, terms, probeShare));
  return candidates.map((candidate, k) => ({
    ...candidate,
    expectedUtility: expectedUtility(candidate, terms),
    propensityQ16: quantized[k]!,
  }));
}

/** One probability per candidate, by the policy that the settings name. */
function probabilities(
  candidates: readonly Candidate[],
  terms: UtilityTerms,
  probeShare: number,
): ArrayLike<number> {
  const { policy, epsilon, ucbWidth, fixedModel } = terms.settings;
  const count = candidates.length;
  switch (policy) {
    case 'linear':
    case 'beta':
      return withProbeShare(
        explored(candidates, terms),
        candidates.map(
          ({ isProbe, cost }) =>
            isProbe === true && !isPricedOut(cost?.meanNanoUsd ?? 0, terms.budget?.averageNanoUsd),
        ),
        probeShare,
      );
    case 'uniform':
      return candidates.map(() => 1 / count);
    case 'fixed': {
      const isThere = candidates.some(({ model }) => model.id === fixedModel);
      const wanted = isThere ? fixedModel : candidates[0]!.model.id;
      return argmax(candidates.map(({ model }) => (model.id === wanted ? 1 : 0)));
    }
    case 'greedy':
      return argmax(candidates.map((candidate) => expectedUtility(candidate, terms)));
    case 'epsilon-greedy': {
      const best = argmax(candidates.map((candidate) => expectedUtility(candidate, terms)));
      return best.map((p) => (1 - epsilon) * p + epsilon / count);
    }
    case 'ucb':
      return argmax(
        candidates.map(
          (candidate) =>
            expectedUtility(candidate, terms) +
            ucbWidth * terms.weights.quality * answeredMoments(candidate, terms).sd,
        ),
      );
  }
}

/** Thompson sampling's probabilities, lifted to what learning itself is given. */
function explored(candidates: readonly Candidate[], terms: UtilityTerms): Float64Array {
  const best = probabilitiesOfBest(
    candidates,
    candidates.map((candidate) => utilityMarginal(candidate, terms, MARGINAL_POINTS)),
  );
  const known = candidates.map((candidate) => ({
    pulls: candidate.belief.pulls,
    costNanoUsd: candidate.cost?.meanNanoUsd,
    ...overallUtility(candidate, terms),
  }));
  const { exploration } = terms.settings;
  return withLeast(best, leastProbabilities(known, exploration, terms.budget?.averageNanoUsd));
}

/** Variants of one model are drawn together, since they share what is not known of the model. */
function probabilitiesOfBest(candidates: readonly Candidate[], marginals: readonly Marginal[]): Float64Array {
  const isAlone = ({ arm }: Candidate, k: number): boolean =>
    arm.prompt === undefined ||
    (candidates[k - 1]?.model !== arm.model && candidates[k + 1]?.model !== arm.model);
  if (candidates.every(isAlone)) return probabilityOfBest(marginals);
  const arms = candidates.map(({ model, belief }, k) => ({
    marginal: marginals[k]!,
    group: model.id,
    share: belief.modelShare,
  }));
  return jointBest(arms).best;
}

/** All of the probability on the highest value; exact ties share it evenly. */
function argmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const ties = values.filter((value) => value === most).length;
  return values.map((value) => (value === most ? 1 / ties : 0));
}
