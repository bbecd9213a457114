import { armBelief, beliefScope, useCaseQuality } from '../../core/bandit/belief.js';
import { betaMean } from '../../core/bandit/beta-distribution.js';
import { credibleInterval } from '../../core/bandit/credible-interval.js';
import { dominators } from '../../core/bandit/dominance.js';
import { priorsAt, type RatePrior } from '../../core/bandit/priors.js';
import type { UseCase } from '../../core/ids.js';
import { STAT } from '../../core/learning/arm-stats.js';
import { armMeans } from '../../core/learning/arm-means.js';
import type { ArmId } from '../../core/registry/model.js';
import { COUNTER, type SpanName } from '../../runtime/activity.js';
import { modelReportRates } from '../../runtime/model-report-rates.js';
import type { BetaView, LeaderboardView, LeaderView } from '../views.js';
import { armName, useCasesOf, type Sources } from './sources.js';

/** Models of one use case that were decided for lately or learned of, by their share and then by quality. */
export function readLeaderboard(sources: Sources, useCase: string, span: SpanName): LeaderboardView {
  const { runtime, tenant, nowMs } = sources;
  const { armById, learning, policy } = runtime.snapshot();
  const decisions = new Map<ArmId, number>();
  for (const { armId, rings } of runtime.activity.seriesFor(tenant, useCase)) {
    decisions.set(armId, rings[span].totals(nowMs)[COUNTER.decisions]!);
  }
  const name = useCase as UseCase;
  const learned = learning.useCase(tenant, name)?.arms;
  const armIds = new Set([...decisions.keys(), ...(learned?.keys() ?? [])]);
  const arms = [...armIds].map((armId) => armById.get(armId)).filter((arm) => arm !== undefined);
  const all = [...decisions.values()].reduce((sum, count) => sum + count, 0);
  const rates = modelReportRates(runtime.reportWatch, runtime.snapshot(), tenant);
  const { poolingStrength } = policy.bandit;
  // Of no segment: whatever the request.
  const scope = beliefScope(learning, { tenant, useCase: name, segment: '', poolingStrength, nowMs });
  const contenders = arms.map((arm) => {
    const stats = learned?.get(arm.armId);
    const priors = priorsAt(arm.priorTable, name);
    return {
      arm,
      prior: betaOf(priors.quality),
      quality: useCaseQuality(scope, priors, arm.armId, arm.kin).beta!,
      success: armBelief(scope, priors, arm.armId, arm.kin).success,
      observations: (stats?.[STAT.qualityW] ?? 0) * scope.qualityFactor,
      ...(stats && armMeans(stats)),
    };
  });
  const dominating = dominators(contenders);
  const leaders = contenders.map(
    ({ arm, prior, quality, success, observations, ...means }, i): LeaderView => {
      const { armId } = arm;
      const dominator = dominating[i];
      const count = decisions.get(armId) ?? 0;
      const rate = rates.find((row) => row.useCase === name && row.armId === armId);
      return {
        model: armName(sources, armId),
        decisions: count,
        share: all === 0 ? null : count / all,
        quality: credibleInterval(quality),
        posterior: { alpha: quality.alpha, beta: quality.beta },
        prior,
        observations,
        success: betaMean(success),
        costNanoUsd: means.costNanoUsd ?? null,
        latencyMs: means.latencyMs ?? null,
        dominatedBy: dominator === undefined ? null : armName(sources, contenders[dominator]!.arm.armId),
        reportRateZ: rate?.differs ? rate.z : null,
      };
    },
  );
  leaders.sort(
    (a, b) => b.decisions - a.decisions || b.quality.mean - a.quality.mean || (a.model < b.model ? -1 : 1),
  );
  return { span, useCase, useCases: useCasesOf(sources), leaders };
}

const betaOf = ({ mean, strength }: RatePrior): BetaView => ({
  alpha: mean * strength,
  beta: (1 - mean) * strength,
});
