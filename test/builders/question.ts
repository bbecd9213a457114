import type { TenantId, UseCase } from '../../src/core/ids.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../src/core/profile.js';
import { ANY_MODEL } from '../../src/core/registry/capabilities.js';
import type { Question } from '../../src/core/selection/question.js';

/** Every dimension at the same score. */
export const scoresOf = (score: number): DimensionScores =>
  Object.fromEntries(COMPLEXITY_DIMENSIONS.map((name) => [name, score])) as unknown as DimensionScores;

/** A request given by its features, with the changes that a test is about. */
export function questionOf(changes: Partial<Question> = {}): Question {
  return {
    tenant: 'acme' as TenantId,
    useCase: 'chat' as UseCase,
    input: {
      messages: [],
      complexity: scoresOf(0.15),
      taskType: 'open_chat',
      inputTokens: 1000,
      modalities: [],
      toolCount: 0,
    },
    requirements: ANY_MODEL,
    attributes: {},
    batch: false,
    streaming: false,
    maxFallbacks: 4,
    ...changes,
  };
}

/** The same with changes of its input. */
export function questionWithInput(changes: Partial<Question['input']>): Question {
  const question = questionOf();
  return { ...question, input: { ...question.input, ...changes } };
}
