import { STAT, type ArmStats } from '../learning/arm-stats.js';
import type { LearningState } from '../learning/learning-state.js';
import type { ScopeArms, UseCaseState } from '../learning/use-case-state.js';
import type { ArmId } from '../registry/model.js';
import { betaMean, betaVariance, type Beta } from './beta-distribution.js';
import { lendFactor, modelShare, NO_KIN, sumsOfArms, type Kin } from './kin.js';
import { lengthBelief } from './length-belief.js';
import type { LengthBelief, MetricBelief } from './metric-belief.js';
import type { Drifts } from './drift.js';
import {
  driftedLength,
  driftedQuality,
  driftedRate,
  driftsOf,
  NO_DRIFTS,
  type Known,
  type SettledBelief,
} from './drifted.js';
import { linearQuality, linearTokens, qualitySlopes, type LinearScope } from './linear/linear-belief.js';
import type { LinearSettings } from './settings.js';
import type { ArmPriors, LogNormalPrior, RatePrior } from './priors.js';

/** All that is believed of one arm for one segment. */
export interface ArmBelief {
  readonly quality: MetricBelief;
  readonly success: Beta;
  /** Decayed number of this segment's own quality outcomes. */
  readonly qualityObservations: number;
  /** Decayed number of quality outcomes of this arm in any use case of the tenant. */
  readonly pulls: number;
  /** Mean quality of those and the prior, whatever the request. */
  readonly overallQuality: number;
  /** Part of the variance of quality that the other arms of the model share, in [0, 1]; 0 without any. */
  readonly modelShare: number;
  /** Drift that is acted on: it is in the beliefs. */
  readonly drifts: Drifts;
  /** The beliefs without it, which tickets predict by. */
  readonly undrifted: SettledBelief;
  readonly outputTokens: LengthBelief;
  readonly latencyMs: LengthBelief;
}

/** Where beliefs are read: one tenant's use case, one segment of it, at one time. */
export interface BeliefScope {
  readonly state: LearningState;
  readonly tenantArms: ScopeArms | undefined;
  readonly useCase: UseCaseState | undefined;
  readonly segment: string;
  readonly nowMs: number;
  /** n₀: how many outcomes a scope may borrow from the one above. */
  readonly poolingStrength: number;
  readonly qualityFactor: number;
  readonly successFactor: number;
  readonly tokensFactor: number;
  readonly latencyFactor: number;
  /** Where the policy reads regressions on the context. */
  readonly linear?: LinearScope;
}

type BeliefAddress = Pick<UseCaseState, 'tenant' | 'useCase'> & {
  readonly segment: string;
  readonly poolingStrength: number;
  readonly nowMs: number;
  /** The context's values and how regressions are read; absent for beliefs per segment. */
  readonly linear?: { readonly x: Float64Array; readonly settings: LinearSettings };
};

/** Fixes the scope and the decay once per request. */
export function beliefScope(state: LearningState, address: BeliefAddress): BeliefScope {
  const { tenant, useCase: name, segment, poolingStrength, nowMs } = address;
  const useCase = state.useCase(tenant, name);
  const qualityFactor = state.readFactor('quality', nowMs);
  const tokensFactor = state.readFactor('tokens', nowMs);
  const regressions = state.regressionsOf(tenant);
  const linear = address.linear && {
    ...address.linear,
    regressions,
    revision: state.revision,
    useCase,
    qualityFactor,
    tokensFactor,
    slopes: qualitySlopes({ regressions, settings: address.linear.settings, qualityFactor }),
  };
  return {
    state,
    tenantArms: state.tenants.get(tenant),
    useCase,
    segment,
    nowMs,
    poolingStrength,
    qualityFactor,
    successFactor: state.readFactor('success', nowMs),
    tokensFactor,
    latencyFactor: state.readFactor('latency', nowMs),
    ...(linear && { linear }),
  };
}

/**
 * What is believed of one arm: prior, plus what siblings lend, plus the segment's own outcomes. Siblings are the same
 * arm's other segments or use cases, and the other arms of its model.
 */
export function armBelief(scope: BeliefScope, priors: ArmPriors, armId: ArmId, kin: Kin = NO_KIN): ArmBelief {
  const { useCase, linear, poolingStrength } = scope;
  const own = useCase?.segments.get(scope.segment)?.get(armId);
  const ofUseCase = useCase?.arms.get(armId);
  const ofTenant = scope.tenantArms?.get(armId);
  const ofKin = sumsOfArms(useCase?.arms, kin.here);
  const wider = [sumsOfArms(scope.tenantArms, kin.here), ofKin];
  const lengthOf = (prior: LogNormalPrior, first: number, factor: number): LengthBelief =>
    lengthBelief(prior, { wider, own: [ofTenant, ofUseCase, own] }, { first, factor, poolingStrength });
  const undrifted: SettledBelief = {
    quality:
      linear === undefined
        ? betaQuality(scope, priors, armId, ofKin)
        : linearQuality(linear, priors, armId, kin),
    success: lentRate(
      rate(priors.success, ofUseCase, STAT.successW, STAT.successX, scope.successFactor),
      ofKin && rateSums(ofKin, STAT.successW, STAT.successX, scope.successFactor),
      poolingStrength,
    ),
    latencyMs: lengthOf(priors.latencyMs, STAT.latencyW, scope.latencyFactor),
    outputTokens:
      linear !== undefined
        ? linearTokens(linear, priors, armId, kin)
        : lengthOf(priors.outputTokens, STAT.tokensW, scope.tokensFactor),
  };
  const residuals = useCase?.residuals.get(armId);
  const drifts =
    residuals === undefined || ofUseCase === undefined
      ? NO_DRIFTS
      : driftsOf(residuals, undrifted, {
          known: knownIn(ofUseCase, scope),
          state: scope.state,
          nowMs: scope.nowMs,
        });
  const quality = driftedQuality(undrifted.quality, drifts.quality);
  return {
    quality,
    success: driftedRate(undrifted.success, drifts.success),
    latencyMs: driftedLength(undrifted.latencyMs, drifts.latency),
    outputTokens: driftedLength(undrifted.outputTokens, drifts.tokens),
    qualityObservations: own === undefined ? 0 : own[STAT.qualityW]! * scope.qualityFactor,
    pulls: ofTenant === undefined ? 0 : ofTenant[STAT.qualityW]! * scope.qualityFactor,
    overallQuality: betaMean(
      rate(priors.quality, ofTenant, STAT.qualityW, STAT.qualityX, scope.qualityFactor),
    ),
    modelShare: (undrifted.quality.variance / quality.variance) * shareOfModel(scope, priors, armId, kin),
    drifts,
    undrifted,
  };
}

/** Outcomes of the use case alone: what drift is looked for in. */
function knownIn(stats: ArmStats, scope: BeliefScope): Known {
  return {
    quality: stats[STAT.qualityW]! * scope.qualityFactor,
    success: stats[STAT.successW]! * scope.successFactor,
    latency: stats[STAT.latencyW]! * scope.latencyFactor,
    tokens: stats[STAT.tokensW]! * scope.tokensFactor,
  };
}

function shareOfModel(
  { useCase, qualityFactor, poolingStrength, linear }: BeliefScope,
  { quality }: ArmPriors,
  armId: ArmId,
  { here }: Kin,
): number {
  if (here.length === 0) return 0;
  const outcomesOf = (id: ArmId): number => (useCase?.arms.get(id)?.[STAT.qualityW] ?? 0) * qualityFactor;
  return modelShare({
    prior: quality.strength,
    own: outcomesOf(armId),
    others: here.map(outcomesOf),
    strength: linear === undefined ? poolingStrength : linear.settings.poolingStrength,
  });
}

function betaQuality(
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
const rateSums = (stats: ArmStats, w: number, x: number, factor: number): Beta => ({
  alpha: stats[x]! * factor,
  beta: (stats[w]! - stats[x]!) * factor,
});

/** A Beta with what others lend, at most n₀ outcomes. */
function lentRate(beta: Beta, lent: Beta | undefined, strength: number): Beta {
  if (lent === undefined) return beta;
  const factor = lendFactor(strength, lent.alpha + lent.beta);
  return { alpha: beta.alpha + factor * lent.alpha, beta: beta.beta + factor * lent.beta };
}

/** Beta posterior from one scope's sums. */
function rate(prior: RatePrior, stats: ArmStats | undefined, w: number, x: number, factor: number): Beta {
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
