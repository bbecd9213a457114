import type { Modality } from './registry/model.js';
import type { Attachments } from './tokens/attachment-tokens.js';

export const TASK_TYPES = [
  'code',
  'mathematics',
  'extraction',
  'summarization',
  'translation',
  'open_chat',
  'factual_question',
  'classification',
  'creative',
  'agentic',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const COMPLEXITY_LEVELS = ['low', 'medium', 'high'] as const;
export type ComplexityLevel = (typeof COMPLEXITY_LEVELS)[number];

export const COMPLEXITY_DIMENSIONS = [
  'length',
  'reasoning_depth',
  'domain_knowledge',
  'code',
  'mathematics',
  'output_constraints',
  'instructions',
  'context_dependence',
  'ambiguity',
  'languages',
] as const;
export type ComplexityDimension = (typeof COMPLEXITY_DIMENSIONS)[number];

/** A score in [0, 1] for each dimension. */
export type DimensionScores = Readonly<Record<ComplexityDimension, number>>;

export interface Complexity {
  readonly dimensions: DimensionScores;
  /** By the weights of `rules/complexity.json`, in [0, 1]. */
  readonly composite: number;
  readonly level: ComplexityLevel;
  readonly taskType: TaskType;
}

export const TOKENS_SOURCES = ['caller', 'estimate', 'tokenizer'] as const;
/** Who counted a prompt's tokens. */
export type TokensSource = (typeof TOKENS_SOURCES)[number];

export const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
export type Role = (typeof ROLES)[number];

export interface ChatMessage {
  readonly role: Role;
  readonly text: string;
}

/** Stands for a message whose text is gone: how many there were is still known. */
export const NO_TEXT: ChatMessage = { role: 'user', text: '' };

/** What is known of a request before any model is considered. */
export interface RequestProfile extends Complexity {
  readonly inputTokens: number;
  readonly inputTokensSource: TokensSource;
  /** What each model counts by its own rule, on top of `inputTokens`; absent where the caller counted it all. */
  readonly attachments?: Attachments;
  readonly modalities: readonly Modality[];
}
