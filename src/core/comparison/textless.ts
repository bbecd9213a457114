import { NO_TEXT, type RequestProfile } from '../profile.js';
import type { Question } from '../selection/question.js';

/** A request by its features alone: all that a policy reads of it where its context is known or not read. */
export function textless(question: Question, profile: RequestProfile): Question {
  const { messages, embedding: _, ...input } = question.input;
  const { dimensions: complexity, taskType, inputTokens } = profile;
  const features = { ...input, messages: messages.map(() => NO_TEXT), complexity, taskType };
  // What was counted here leaves attachments to each model; what the caller counted is all there is.
  return {
    ...question,
    input: input.inputTokens === undefined ? { ...features, countedTokens: inputTokens } : features,
  };
}
