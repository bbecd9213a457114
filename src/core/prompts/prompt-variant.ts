import type { UseCase } from '../ids.js';
import type { Model, ModelId } from '../registry/model.js';
import type { Template } from './template.js';

/** The key of a prompt variant: one name for one text of one use case. */
export type VariantId = string & { readonly __brand: 'VariantId' };

export const PROMPT_STATUSES = ['draft', 'active', 'retired'] as const;
/** `draft` waits for approval; `active` takes requests; `retired` takes none, and what was learned of it stays. */
export type PromptStatus = (typeof PROMPT_STATUSES)[number];

/** A named gap in a prompt that a request fills. */
export interface PromptParameter {
  readonly description?: string;
  /** Absent: the request has to give a value. */
  readonly default?: string;
}

/** A system prompt for one use case, on one model, a family of models, or any. */
export interface PromptVariant {
  readonly id: VariantId;
  readonly useCase: UseCase;
  /** Only on this model. */
  readonly model?: ModelId;
  /** Only on models of this family. Without `model` and `family`, on any. */
  readonly family?: string;
  /** The system text, with `{{name}}` where parameters go; or `promptId`. */
  readonly system?: string;
  /** The caller's own name of a prompt that it keeps itself. */
  readonly promptId?: string;
  readonly parameters: Readonly<Record<string, PromptParameter>>;
  /** Another version is another arm: what was learned of a text is not believed of the next one as its own. */
  readonly version: number;
  readonly status: PromptStatus;
  readonly description?: string;
}

/** A variant as decisions read it: its text parsed and measured once. */
export interface Prompt {
  readonly variant: PromptVariant;
  /** Absent where the caller keeps the text. */
  readonly template?: Template;
  /** Estimated tokens of the system text, without what parameters put in; 0 where the caller keeps it. */
  readonly systemTokens: number;
  /** Parameters without a default. */
  readonly required: readonly string[];
}

/** Whether a variant is made for a model, whatever its status. */
export function isForModel({ model, family }: PromptVariant, { id, family: ofModel }: Model): boolean {
  if (model !== undefined) return model === id;
  return family === undefined || family === ofModel;
}
