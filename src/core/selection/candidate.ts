import { armBelief, type ArmBelief } from '../bandit/belief.js';
import type { BeliefScope } from '../bandit/belief-scope.js';
import { promptBelief, thinkingBelief, type ThinkingBelief } from '../bandit/call-beliefs.js';
import type { LengthBelief } from '../bandit/metric-belief.js';
import { priorsAt, type ArmPriors } from '../bandit/priors.js';
import { estimateCost, type CostEstimate, type CostQuestion } from '../cost/estimate.js';
import { ratesFor, tableAt, type PriceTable } from '../cost/price-table.js';
import { usdFromNanoUsd } from '../money.js';
import type { RequestProfile } from '../profile.js';
import type { Model } from '../registry/model.js';
import type { EstimateFact } from '../rules/facts.js';
import { attachmentTokens, type AttachmentTokens } from '../tokens/attachment-tokens.js';
import type { Arm } from './arm.js';
import type { Question } from './question.js';

/** A model that may take the request, with what is believed of it. */
export interface Candidate {
  readonly arm: Arm;
  readonly belief: ArmBelief;
  /** Absent on an unpriced model. */
  readonly cost?: CostEstimate;
  readonly latencyMs: number;
  /** Whether a choice of it is a probe of a model whose breaker is half-open. */
  readonly isProbe?: true;
  /** What rules and copies of the decision call by these names. */
  readonly model: Arm['model'];
  readonly estimate: EstimateFact;
}

const NO_ATTACHMENTS: AttachmentTokens = { imageTokens: 0, audioTokens: 0, toolTokens: 0 };

const attachedTokens = (model: Model, { attachments }: RequestProfile): AttachmentTokens =>
  attachments === undefined ? NO_ATTACHMENTS : attachmentTokens(attachments, model.tokenCounting);

/**
 * Tokens of the whole prompt: the request's, those of the system text that the variant adds, and those of images, sound
 * and tools by the model's own rule.
 */
export function promptTokens(
  { model, prompt }: Pick<Arm, 'model' | 'prompt'>,
  profile: RequestProfile,
): number {
  const { imageTokens, audioTokens, toolTokens } = attachedTokens(model, profile);
  return profile.inputTokens + (prompt?.systemTokens ?? 0) + imageTokens + audioTokens + toolTokens;
}

/** What is known of a call when its cost is asked for. */
interface CallKnowledge {
  readonly scope: BeliefScope;
  readonly profile: RequestProfile;
  readonly priors: ArmPriors;
  readonly answer: LengthBelief;
}

/** What a call of an arm costs, as it is asked of the price model. */
export function costQuestion(
  arm: Arm,
  { scope, profile, priors, answer }: CallKnowledge,
  { input, batch }: Pick<Question, 'input' | 'batch'>,
): CostQuestion {
  const inputTokens = promptTokens(arm, profile);
  const thinkingShare =
    arm.prices && pricesThinkingApart(arm.prices, inputTokens, scope.nowMs)
      ? thinkingShareOf(thinkingOf(scope, priors, arm), answer)
      : undefined;
  return {
    inputTokens,
    maxOutputTokens: Math.min(arm.model.maxOutputTokens, input.maxOutputTokens ?? Infinity),
    batch,
    atMs: scope.nowMs,
    prompt: promptBelief(scope, arm),
    ...(profile.attachments && { parts: attachedParts(arm.model, profile) }),
    ...(thinkingShare !== undefined && { thinkingShare }),
  };
}

function attachedParts(model: Model, profile: RequestProfile): NonNullable<CostQuestion['parts']> {
  const { imageTokens, audioTokens } = attachedTokens(model, profile);
  return { imageInputTokens: imageTokens, audioInputTokens: audioTokens };
}

/** Thinking matters to a cost only where it has a price of its own, which few lists give it. */
function pricesThinkingApart(prices: PriceTable, inputTokens: number, atMs: number): boolean {
  const { rates } = ratesFor(tableAt(prices, atMs), inputTokens);
  return rates.reasoning !== rates.output;
}

export function thinkingOf(
  scope: BeliefScope,
  priors: ArmPriors,
  { armId, kin, model }: Arm,
): ThinkingBelief {
  return thinkingBelief(scope, priors, { armId, kin, isAble: model.capabilities.includes('reasoning') });
}

/** Expected thinking tokens over expected answer tokens, in [0, 1]. */
export const thinkingShareOf = ({ mean }: ThinkingBelief, answer: LengthBelief): number =>
  Math.min(mean / Math.max(answer.mean, 1), 1);

/** Reads beliefs and prices for one arm. */
export function candidateOf(
  arm: Arm,
  scope: BeliefScope,
  question: Question,
  profile: RequestProfile,
): Candidate {
  const priors = armPriors(arm, { scope, useCase: question.useCase, profile });
  const belief = armBelief(scope, priors, arm.armId, arm.kin);
  const answer = belief.outputTokens;
  const asked = costQuestion(arm, { scope, profile, priors, answer }, question);
  const { inputTokens, maxOutputTokens } = asked;
  const cost = arm.prices && estimateCost(arm.prices, belief.outputTokens, asked);
  const outputTokens = cost?.outputTokens ?? Math.min(maxOutputTokens, belief.outputTokens.mean);
  const latencyMs = belief.latencyMs.mean;
  return {
    arm,
    belief,
    ...(cost === undefined ? {} : { cost }),
    latencyMs,
    model: arm.model,
    estimate: {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
      costUsd: cost === undefined ? 0 : usdFromNanoUsd(cost.meanNanoUsd),
      costUsdHigh: cost === undefined ? 0 : usdFromNanoUsd(cost.highNanoUsd),
      latencyMs,
      priced: cost !== undefined,
    },
  };
}

/** Regressions see complexity in the context, and a prior that changed with the level would undo their caches. */
export function armPriors(
  { priorTable }: Arm,
  { scope, useCase, profile }: { scope: BeliefScope; useCase: Question['useCase']; profile: RequestProfile },
): ArmPriors {
  return priorsAt(priorTable, useCase, scope.linear === undefined ? profile.level : undefined);
}
