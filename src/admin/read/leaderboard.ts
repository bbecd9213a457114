import { armBelief } from '../../core/bandit/belief.js';
import { beliefScope } from '../../core/bandit/belief-scope.js';
import { useCaseQuality } from '../../core/bandit/rate-beliefs.js';
import { betaMean } from '../../core/bandit/beta-distribution.js';
import { credibleInterval } from '../../core/bandit/credible-interval.js';
import { dominators } from '../../core/bandit/dominance.js';
import { betaMarginal } from '../../core/bandit/marginal.js';
import { priorsAt, type RatePrior } from '../../core/bandit/priors.js';
import { probabilityOfBest } from '../../core/bandit/probability-of-best.js';
import type { UseCase } from '../../core/ids.js';
import { STAT } from '../../core/learning/arm-stats.js';
import { armMeans } from '../../core/learning/arm-means.js';
import { meanOf } from '../../core/reporting/mean.js';
import { COUNTER } from '../../runtime/activity.js';
import { modelReportRates } from '../../runtime/model-report-rates.js';
import type { BetaView, IntervalView, LeaderboardView, LeaderView, SpanName } from '../views.js';
import { readLately } from './lately.js';
import { armName, useCasesOf, type Sources } from './sources.js';

/** Of a posterior as it is compared: enough for its digits that are shown. */
const TABLE_POINTS = 257;

/** Models of one use case that were decided for lately or learned of, by their share and then by quality. */
export async function readLeaderboard(
  sources: Sources,
  useCase: string,
  span: SpanName,
): Promise<LeaderboardView> {
  const { runtime, tenant, nowMs } = sources;
  const lately = await readLately(sources, span, useCase);
  const totals = new Map(lately.series.map((one) => [one.arm, one.totals]));
  const { armById, learning, policy } = runtime.snapshot();
  const name = useCase as UseCase;
  const learned = learning.useCase(tenant, name)?.arms;
  const arms = [...armById.values()].filter(
    ({ armId }) => learned?.has(armId) || totals.has(armName(sources, armId)),
  );
  const all = [...totals.values()].reduce((sum, of) => sum + of[COUNTER.decisions]!, 0);
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
  const best = contenders.map(({ quality }) => betaMarginal(quality, 1, 0, TABLE_POINTS));
  const bestProbabilities = best.length === 0 ? [] : probabilityOfBest(best);
  const leaders = contenders.map(
    ({ arm, prior, quality, success, observations, ...means }, i): LeaderView => {
      const { armId } = arm;
      const dominator = dominating[i];
      const model = armName(sources, armId);
      const own = totals.get(model);
      const count = own?.[COUNTER.decisions] ?? 0;
      const rate = rates.find((row) => row.useCase === name && row.armId === armId);
      return {
        model,
        decisions: count,
        share: all === 0 ? null : count / all,
        quality: credibleInterval(quality),
        posterior: { alpha: quality.alpha, beta: quality.beta },
        prior,
        bestProbability: bestProbabilities[i]!,
        observations,
        success: betaMean(success),
        costNanoUsd: means.costNanoUsd ?? null,
        spanCost: own === undefined ? null : costOf(own),
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

function costOf(totals: Float64Array): IntervalView | null {
  const mean = meanOf({
    count: totals[COUNTER.costs]!,
    sum: totals[COUNTER.costNanoUsd]!,
    squares: totals[COUNTER.costSquares]!,
  });
  if (mean?.low === undefined || mean.high === undefined) return null;
  return { mean: mean.value, low: mean.low, high: mean.high };
}

const betaOf = ({ mean, strength }: RatePrior): BetaView => ({
  alpha: mean * strength,
  beta: (1 - mean) * strength,
});
