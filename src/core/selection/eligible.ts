import { matchCapabilities } from '../registry/capabilities.js';
import type { Model } from '../registry/model.js';
import type { RequestProfile } from '../profile.js';
import type { Question } from './question.js';
import type { Removal } from './removal.js';

/** Why a model cannot take this request whatever the rules say; `null` where it can. */
export function ineligibility(
  model: Model,
  question: Question,
  profile: RequestProfile,
  budgeted: boolean,
): Removal | null {
  if (model.status !== 'active') return { model: model.id, filter: 'status', reason: `is ${model.status}` };
  const mismatch = matchCapabilities(model, question.requirements);
  if (mismatch !== null) return { model: model.id, filter: 'requirement', reason: mismatch.detail };
  if (profile.inputTokens >= model.contextWindowTokens) {
    return {
      model: model.id,
      filter: 'context_window',
      reason: `context window ${model.contextWindowTokens} tokens, the prompt has about ${profile.inputTokens}`,
    };
  }
  const wanted = question.input.maxOutputTokens ?? 0;
  if (wanted > model.maxOutputTokens) {
    return {
      model: model.id,
      filter: 'context_window',
      reason: `output limit ${model.maxOutputTokens} tokens, the request asks for up to ${wanted}`,
    };
  }
  if (budgeted && model.prices === undefined) {
    return {
      model: model.id,
      filter: 'unpriced',
      reason: 'has no known price, and a budget limits this request',
    };
  }
  return null;
}
