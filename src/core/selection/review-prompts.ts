import { armBelief } from '../bandit/belief.js';
import { beliefScope, type BeliefScope } from '../bandit/belief-scope.js';
import { useCaseQuality } from '../bandit/rate-beliefs.js';
import { credibleInterval } from '../bandit/credible-interval.js';
import { jointBest } from '../bandit/joint-best.js';
import { betaMarginal } from '../bandit/marginal.js';
import { clampedRate, type MetricBelief } from '../bandit/metric-belief.js';
import { normalMarginal } from '../bandit/normal-marginal.js';
import { NORMAL_975 } from '../bandit/normal-quantile.js';
import { priorsAt } from '../bandit/priors.js';
import { readsContext } from '../bandit/settings.js';
import type { TenantId, UseCase } from '../ids.js';
import { armMeans } from '../learning/arm-means.js';
import { STAT } from '../learning/arm-stats.js';
import type { UseCaseState } from '../learning/use-case-state.js';
import { armKey } from '../prompts/prompt-book.js';
import { isForModel, type PromptVariant, type VariantId } from '../prompts/prompt-variant.js';
import { recommendationFor, type PromptRecommendation } from '../prompts/recommendation.js';
import type { ArmId } from '../registry/model.js';
import type { Arm } from './arm.js';
import { contextLayoutOf } from './policy.js';
import type { DecisionSnapshot } from './snapshot.js';

/** One variant on one model, as its outcomes have it. */
export interface PromptReview {
  readonly variant: PromptVariant;
  readonly model: Arm['model'];
  /** Quality outcomes, decayed. */
  readonly observations: number;
  readonly mean: number;
  /** Central 95 % credible interval of mean quality. */
  readonly low: number;
  readonly high: number;
  readonly meanCostNanoUsd?: number;
  readonly probabilityOfBest: number;
  readonly expectedLoss: number;
  readonly recommendation: PromptRecommendation;
}

/** Whose outcomes are looked at, and when. */
export interface ReviewAddress {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly nowMs: number;
}

interface Placed {
  readonly variant: PromptVariant;
  readonly armId: ArmId;
}

interface Read extends Placed {
  readonly quality: MetricBelief;
  readonly share: number;
}

/** Reviews every variant of a use case on every model that it is for, by model id and variant id. */
export function reviewPrompts(snapshot: DecisionSnapshot, address: ReviewAddress): PromptReview[] {
  const { prompts, arms } = snapshot;
  const variants = prompts.list().filter(({ variant }) => variant.useCase === address.useCase);
  return arms.flatMap((plain) => {
    const placed = variants.flatMap(({ variant }): Placed[] => {
      if (!isForModel(variant, plain.model)) return [];
      const armId = prompts.armIds.get(armKey(plain.model.id, variant));
      return armId === undefined ? [] : [{ variant, armId }];
    });
    return placed.length === 0 ? [] : reviewModel(snapshot, address, plain, placed);
  });
}

function reviewModel(
  snapshot: DecisionSnapshot,
  address: ReviewAddress,
  plain: Arm,
  placed: readonly Placed[],
): PromptReview[] {
  const { learning, policy } = snapshot;
  const state = learning.useCase(address.tenant, address.useCase);
  const here = [plain.armId, ...placed.map(({ armId }) => armId)];
  const scope = scopeAt(snapshot, address, averageContext(state, here, contextLayoutOf(policy).size));
  const priors = priorsAt(plain.priorTable, address.useCase);
  const read = placed.map(({ variant, armId }): Read => {
    const others = here.filter((id) => id !== armId);
    const kin = {
      here: others,
      elsewhere: [plain, ...placed].map((arm) => arm.armId).filter((id) => id !== armId),
    };
    const belief = armBelief(scope, priors, armId, kin);
    const quality = scope.linear === undefined ? useCaseQuality(scope, priors, armId, kin) : belief.quality;
    return { variant, armId, quality, share: belief.modelShare };
  });
  const active = read.filter(({ variant }) => variant.status === 'active');
  const joint =
    active.length === 0
      ? undefined
      : jointBest(active.map(({ quality, share }) => ({ marginal: marginalOf(quality), group: '', share })));
  return read.map((row) => {
    const { variant, armId, quality } = row;
    const at = active.indexOf(row);
    const standing = {
      observations: (state?.arms.get(armId)?.[STAT.qualityW] ?? 0) * scope.qualityFactor,
      probabilityOfBest: at < 0 ? 0 : joint!.best[at]!,
      expectedLoss: at < 0 ? 0 : Math.max(joint!.expectedMax - quality.mean, 0),
    };
    const rivals = at < 0 ? 0 : active.length;
    return {
      variant,
      model: plain.model,
      ...standing,
      ...intervalOf(quality),
      ...costOf(state, armId),
      recommendation: recommendationFor({ ...standing, rivals }, policy.prompts.review),
    };
  });
}

function scopeAt(
  { learning, policy }: DecisionSnapshot,
  address: ReviewAddress,
  x: Float64Array,
): BeliefScope {
  const { poolingStrength, linear: settings, policy: name } = policy.bandit;
  const linear = readsContext(name) ? { x, settings } : undefined;
  return beliefScope(learning, { ...address, segment: '', poolingStrength, ...(linear && { linear }) });
}

/**
 * The average request of a model in a use case, so that variants are compared on the same one: the bandit may have given
 * them different ones. Without outcomes, the intercept alone.
 */
function averageContext(state: UseCaseState | undefined, arms: readonly ArmId[], size: number): Float64Array {
  const x = new Float64Array(size);
  let weight = 0;
  for (const armId of arms) {
    const sums = state?.regressions.get(armId)?.quality.sums;
    if (sums?.size !== size) continue;
    // The triangle's first column has Σw·x, since x₀ = 1.
    for (let i = 0; i < size; i++) x[i]! += sums.xx[(i * (i + 1)) / 2]!;
    weight += sums.xx[0]!;
  }
  for (let i = 0; i < size; i++) x[i] = weight > 0 ? x[i]! / weight : Number(i === 0);
  return x;
}

const TABLE_POINTS = 257;
const marginalOf = ({ mean, variance, beta }: MetricBelief) =>
  beta === undefined ? normalMarginal(mean, Math.sqrt(variance)) : betaMarginal(beta, 1, 0, TABLE_POINTS);

function intervalOf({ mean, variance, beta }: MetricBelief): Pick<PromptReview, 'mean' | 'low' | 'high'> {
  if (beta !== undefined) return credibleInterval(beta);
  const half = NORMAL_975 * Math.sqrt(variance);
  return { mean: clampedRate(mean), low: clampedRate(mean - half), high: clampedRate(mean + half) };
}

function costOf(state: UseCaseState | undefined, armId: ArmId): Pick<PromptReview, 'meanCostNanoUsd'> {
  const stats = state?.arms.get(armId);
  const cost = stats && armMeans(stats).costNanoUsd;
  return cost === undefined ? {} : { meanCostNanoUsd: cost };
}

/**
 * Variants that outcomes say to retire wherever there are any, over tenants and models: one that is good for somebody
 * stays.
 */
export function retiredByOutcomes(reviews: readonly PromptReview[]): ReadonlySet<VariantId> {
  const retired = new Set<VariantId>();
  const kept = new Set<VariantId>();
  for (const { variant, observations, recommendation } of reviews) {
    if (recommendation === 'retire') retired.add(variant.id);
    else if (observations > 0) kept.add(variant.id);
  }
  return new Set([...retired].filter((id) => !kept.has(id)));
}
