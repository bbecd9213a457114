import { STAT, type ArmStats } from '../learning/arm-stats.js';
import type { ArmId } from '../registry/model.js';
import type { BeliefScope } from './belief-scope.js';
import { betaMean, type Beta } from './beta-distribution.js';
import { modelShare, NO_KIN, sumsOfArms, type Kin } from './kin.js';
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
import { linearQuality, linearTokens } from './linear/linear-belief.js';
import type { ArmPriors, LogNormalPrior } from './priors.js';
import { betaQuality, lentRate, rate, rateSums } from './rate-beliefs.js';

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
