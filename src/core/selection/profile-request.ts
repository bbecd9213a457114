import { analyze } from '../complexity/analyze.js';
import { compositeOf, wordScore } from '../complexity/composite.js';
import type { Evidence } from '../complexity/counts.js';
import { levelOf } from '../complexity/level.js';
import type { ComplexitySettings } from '../complexity/settings.js';
import { TASK_TYPES, type RequestProfile, type TaskType } from '../profile.js';
import { hasAttachments } from '../tokens/attachment-tokens.js';
import { estimateMessagesTokens } from '../tokens/estimate-tokens.js';
import type { RequestInput } from './question.js';

/** A profile, and where in the text it was found. */
export interface AnalyzedRequest {
  readonly profile: RequestProfile;
  readonly evidence: readonly Evidence[];
  /** Share of each task type; all of it on the caller's, where it states one. */
  readonly taskScores: Readonly<Record<TaskType, number>>;
}

/** What is known of a request before any model is considered. What the caller states goes before what we find. */
export function analyzeRequest(input: RequestInput, settings: ComplexitySettings): AnalyzedRequest {
  const found = analyze(input, settings);
  const dimensions = input.complexity ?? found.dimensions;
  const composite =
    input.complexity === undefined
      ? found.composite
      : compositeOf(dimensions, settings, wordScore(input.messages, settings));
  const profile: RequestProfile = {
    dimensions,
    composite,
    level: input.complexity === undefined ? found.level : levelOf(composite, settings),
    taskType: input.taskType ?? found.taskType,
    ...promptCount(input),
    modalities: input.modalities,
  };
  const { evidence } = found;
  const taskScores = input.taskType === undefined ? found.taskScores : certainly(input.taskType);
  return { profile, evidence, taskScores };
}

/** The caller's count of the whole prompt, else a count of its text, and what is left to count by model. */
function promptCount(
  input: RequestInput,
): Pick<RequestProfile, 'inputTokens' | 'inputTokensSource' | 'attachments'> {
  const { inputTokens, countedTokens, messages } = input;
  if (inputTokens !== undefined) return { inputTokens, inputTokensSource: 'caller' };
  const attachments = hasAttachments(input) ? { attachments: input } : undefined;
  if (countedTokens !== undefined) {
    return { inputTokens: countedTokens, inputTokensSource: 'tokenizer', ...attachments };
  }
  return { inputTokens: estimateMessagesTokens(messages), inputTokensSource: 'estimate', ...attachments };
}

function certainly(taskType: TaskType): Readonly<Record<TaskType, number>> {
  const scores = TASK_TYPES.map((other) => [other, other === taskType ? 1 : 0]);
  return Object.fromEntries(scores) as Record<TaskType, number>;
}
