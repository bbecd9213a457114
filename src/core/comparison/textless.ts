import type { ChatMessage, RequestProfile } from '../profile.js';
import type { Question } from '../selection/question.js';

const NO_TEXT: ChatMessage = { role: 'user', text: '' };

/** A request by its features alone: all that a policy reads of it where its context is known or not read. */
export function textless(question: Question, profile: RequestProfile): Question {
  const { messages, embedding: _, ...input } = question.input;
  const { dimensions: complexity, taskType, inputTokens } = profile;
  return {
    ...question,
    input: { ...input, messages: messages.map(() => NO_TEXT), complexity, taskType, inputTokens },
  };
}
