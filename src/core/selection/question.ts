import type { Weights } from '../bandit/settings.js';
import type { TenantId, UseCase } from '../ids.js';
import type { ChatMessage, DimensionScores, TaskType } from '../profile.js';
import type { CapabilityFilter } from '../registry/capabilities.js';
import type { Modality } from '../registry/model.js';
import type { ImageSize } from '../tokens/attachment-tokens.js';

/** What the caller tells of its request: text, or features instead of it. */
export interface RequestInput {
  /** Empty where the caller gives features only. */
  readonly messages: readonly ChatMessage[];
  readonly complexity?: DimensionScores;
  readonly taskType?: TaskType;
  /** Of the whole prompt, attachments included. */
  readonly inputTokens?: number;
  /** Of the messages alone, where they were counted with a tokenizer. */
  readonly countedTokens?: number;
  readonly maxOutputTokens?: number;
  readonly modalities: readonly Modality[];
  readonly toolCount: number;
  /** Sizes of attached images; absent where none was told. */
  readonly images?: readonly ImageSize[];
  readonly audioSeconds?: number;
  /** Of any length; the policy says how it is reduced. */
  readonly embedding?: readonly number[];
}

/** A validated request for a decision. */
export interface Question {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly input: RequestInput;
  readonly requirements: CapabilityFilter;
  /** Normalised; the policy's where the caller states none. */
  readonly weights?: Weights;
  readonly attributes: Readonly<Record<string, string>>;
  /** Values of prompts' parameters, by name; absent for none. */
  readonly promptParameters?: Readonly<Record<string, string>>;
  readonly batch: boolean;
  readonly streaming: boolean;
  readonly maxFallbacks: number;
}
