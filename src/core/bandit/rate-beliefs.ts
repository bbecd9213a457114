import { STAT, type ArmStats } from '../learning/arm-stats.js';
import type { ArmId } from '../registry/model.js';
import type { BeliefScope } from './belief-scope.js';
import { betaMean, betaVariance, type Beta } from './beta-distribution.js';
import { lendFactor, sumsOfArms, type Kin } from './kin.js';
import type { MetricBelief } from './metric-belief.js';
import type { ArmPriors, RatePrior } from './priors.js';

/** Quality of an arm in the scope's segment, as a Beta. */
export function betaQuality(
  scope: BeliefScope,
  { quality }: ArmPriors,
  armId: ArmId,
  ofKin: ArmStats | undefined,
): MetricBelief {
  return ofBeta(
    lentRate(
      pooledRate(scope, quality, armId, STAT.qualityW, STAT.qualityX, scope.qualityFactor),
      ofKin && rateSums(ofKin, STAT.qualityW, STAT.qualityX, scope.qualityFactor),
      scope.poolingStrength,
    ),
  );
}

/** Quality of an arm over all segments of the use case alike, as a Beta. */
export function useCaseQuality(
  { useCase, qualityFactor, poolingStrength }: BeliefScope,
  { quality }: ArmPriors,
  armId: ArmId,
  kin: Kin,
): MetricBelief {
  const ofKin = sumsOfArms(useCase?.arms, kin.here);
  return ofBeta(
    lentRate(
      rate(quality, useCase?.arms.get(armId), STAT.qualityW, STAT.qualityX, qualityFactor),
      ofKin && rateSums(ofKin, STAT.qualityW, STAT.qualityX, qualityFactor),
      poolingStrength,
    ),
  );
}

function ofBeta(beta: Beta): MetricBelief {
  const mean = betaMean(beta);
  return { mean, variance: betaVariance(beta), noise: mean * (1 - mean), beta };
}

/** Good and bad outcomes of some sums, decayed. */
export const rateSums = (stats: ArmStats, w: number, x: number, factor: number): Beta => ({
  alpha: stats[x]! * factor,
  beta: (stats[w]! - stats[x]!) * factor,
});

/** A Beta with what others lend, at most n₀ outcomes. */
export function lentRate(beta: Beta, lent: Beta | undefined, strength: number): Beta {
  if (lent === undefined) return beta;
  const factor = lendFactor(strength, lent.alpha + lent.beta);
  return { alpha: beta.alpha + factor * lent.alpha, beta: beta.beta + factor * lent.beta };
}

/** Beta posterior from one scope's sums. */
export function rate(
  prior: RatePrior,
  stats: ArmStats | undefined,
  w: number,
  x: number,
  factor: number,
): Beta {
  let alpha = prior.mean * prior.strength;
  let beta = (1 - prior.mean) * prior.strength;
  if (stats !== undefined) {
    alpha += stats[x]! * factor;
    beta += (stats[w]! - stats[x]!) * factor;
  }
  return { alpha, beta };
}

/**
 * Beta posterior of a segment: the prior, the segment's own sums, and the sums of its sibling segments
 * scaled to at most n₀ outcomes: a = min(1, n₀ / n_rest).
 */
function pooledRate(
  scope: BeliefScope,
  prior: RatePrior,
  armId: ArmId,
  w: number,
  x: number,
  factor: number,
): Beta {
  let restW = 0;
  let restX = 0;
  let alpha = prior.mean * prior.strength;
  let beta = (1 - prior.mean) * prior.strength;
  // Siblings are summed, never had by subtraction, which would leave rounding where nothing is.
  for (const [segment, arms] of scope.useCase?.segments ?? []) {
    const stats = arms.get(armId);
    if (stats === undefined) continue;
    if (segment === scope.segment) {
      alpha += stats[x]! * factor;
      beta += (stats[w]! - stats[x]!) * factor;
    } else {
      restW += stats[w]!;
      restX += stats[x]!;
    }
  }
  restW *= factor;
  restX *= factor;
  const lend = lendFactor(scope.poolingStrength, restW);
  return { alpha: alpha + lend * restX, beta: beta + lend * (restW - restX) };
}
