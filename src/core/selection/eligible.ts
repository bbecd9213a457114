import { matchCapabilities } from '../registry/capabilities.js';
import type { RequestProfile } from '../profile.js';
import type { Arm } from './arm.js';
import { promptTokens } from './candidate.js';
import type { Question } from './question.js';
import { removedArm, type Removal } from './removal.js';

/** Why an arm cannot take this request whatever the rules say; `null` where it can. */
export function ineligibility(
  arm: Pick<Arm, 'model' | 'prompt'>,
  question: Question,
  profile: RequestProfile,
  budgeted: boolean,
): Removal | null {
  const { model } = arm;
  if (model.status !== 'active')
    return { ...removedArm(arm), filter: 'status', reason: `is ${model.status}` };
  const mismatch = matchCapabilities(model, question.requirements);
  if (mismatch !== null) return { ...removedArm(arm), filter: 'requirement', reason: mismatch.detail };
  const tokens = promptTokens(arm, profile);
  if (tokens >= model.contextWindowTokens) {
    return {
      ...removedArm(arm),
      filter: 'context_window',
      reason: `context window ${model.contextWindowTokens} tokens, the prompt has about ${tokens}`,
    };
  }
  const wanted = question.input.maxOutputTokens ?? 0;
  if (wanted > model.maxOutputTokens) {
    return {
      ...removedArm(arm),
      filter: 'context_window',
      reason: `output limit ${model.maxOutputTokens} tokens, the request asks for up to ${wanted}`,
    };
  }
  if (budgeted && model.prices === undefined) {
    return {
      ...removedArm(arm),
      filter: 'unpriced',
      reason: 'has no known price, and a budget limits this request',
    };
  }
  return null;
}
