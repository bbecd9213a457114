import { SextantError } from '../../core/errors.js';
import type { TenantId, UseCase } from '../../core/ids.js';
import { reviewPrompts, type PromptReview } from '../../core/selection/review-prompts.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import type {
  PromptReview as WireReview,
  ReviewPromptsRequest,
  ReviewPromptsResponse,
} from '../../gen/sextant/v1/insight.js';
import { promptRecommendationEnum, promptStatusEnum } from './enums.js';

interface Reading {
  readonly snapshot: DecisionSnapshot;
  readonly tenant: TenantId;
  readonly nowMs: number;
}

/** Reviews of one tenant, by use case, model and variant. @throws SextantError UNKNOWN_MODEL. */
export function reviewsOf(
  { useCase, model }: ReviewPromptsRequest,
  { snapshot, tenant, nowMs }: Reading,
): ReviewPromptsResponse {
  const { prompts, registry, policy, learning } = snapshot;
  const wanted = model === '' ? undefined : registry.resolve(model)?.model.id;
  if (model !== '' && wanted === undefined)
    throw new SextantError('UNKNOWN_MODEL', `there is no model "${model}"`);
  const useCases = new Set<UseCase>(
    prompts
      .list()
      .map(({ variant }) => variant.useCase)
      .filter((name) => useCase === '' || name === useCase),
  );
  const reviews = [...useCases]
    .sort()
    .flatMap((name) => reviewPrompts(snapshot, { tenant, useCase: name, nowMs }))
    .filter((review) => wanted === undefined || review.model.id === wanted);
  const { minOutcomes, maxExpectedLoss, automatic } = policy.prompts.review;
  return {
    reviews: reviews.map(encodeReview),
    stateSequence: BigInt(learning.sequence),
    minOutcomes,
    maxExpectedLoss,
    automatic,
  };
}

function encodeReview({
  variant,
  model,
  mean,
  low,
  high,
  recommendation,
  ...review
}: PromptReview): WireReview {
  return {
    useCase: variant.useCase,
    model: model.id,
    variant: variant.id,
    version: variant.version,
    status: promptStatusEnum.encode(variant.status),
    observations: review.observations,
    meanQuality: mean,
    lowQuality: low,
    highQuality: high,
    ...(review.meanCostNanoUsd !== undefined && { meanCostNanoUsd: review.meanCostNanoUsd }),
    probabilityOfBest: review.probabilityOfBest,
    expectedLoss: review.expectedLoss,
    recommendation: promptRecommendationEnum.encode(recommendation),
  };
}
