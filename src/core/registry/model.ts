/** `provider/name`, the registry's key for a model. */
export type ModelId = string & { readonly __brand: 'ModelId' };

/** A never-reused small integer (uint32) that stands for a model in tickets and logs. */
export type ArmId = number & { readonly __brand: 'ArmId' };

export const MODEL_STATUSES = ['active', 'draining', 'disabled'] as const;
/** `active` takes requests; `draining` is named by nobody new but stays in the registry; `disabled` is off. */
export type ModelStatus = (typeof MODEL_STATUSES)[number];

export const LIFECYCLES = ['preview', 'stable', 'deprecated'] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

export const MODALITIES = ['text', 'image', 'audio', 'video', 'pdf'] as const;
export type Modality = (typeof MODALITIES)[number];

export const CAPABILITIES = [
  'tools',
  'parallel_tools',
  'json_mode',
  'json_schema',
  'streaming',
  'system_prompt',
  'reasoning',
  'prompt_caching',
  'web_search',
  'computer_use',
  'batch',
  'fine_tuned',
] as const;
/** What a model can do beyond its modalities. Free-form labels belong in `tags`. */
export type Capability = (typeof CAPABILITIES)[number];

/** Prices that replace the base prices when the whole prompt is longer than `abovePromptTokens`. */
export interface PriceTier {
  readonly abovePromptTokens: number;
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly cachedInputUsdPerMTok?: number;
  readonly cacheWriteUsdPerMTok?: number;
}

/** List prices in US dollars, per million tokens (MTok) unless the name says otherwise. */
export interface Prices {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly cachedInputUsdPerMTok?: number;
  readonly cacheWriteUsdPerMTok?: number;
  /** Thinking tokens; billed as output tokens when absent. */
  readonly reasoningUsdPerMTok?: number;
  readonly perRequestUsd?: number;
  /** Share taken off every token price in a provider's batch API, in [0, 1). */
  readonly batchDiscount?: number;
  /** Ascending by `abovePromptTokens`. */
  readonly tiers?: readonly PriceTier[];
  /** ISO date on which the price list was read. */
  readonly asOf?: string;
  readonly source?: string;
}

export interface RateLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/** An entry of the registry. Same field names as `rules/models.json`. */
export interface Model {
  readonly id: ModelId;
  readonly provider: string;
  readonly displayName: string;
  readonly family?: string;
  readonly status: ModelStatus;
  readonly lifecycle: Lifecycle;
  readonly inputModalities: readonly Modality[];
  readonly outputModalities: readonly Modality[];
  readonly capabilities: readonly Capability[];
  /** Prompt and answer together, in tokens. */
  readonly contextWindowTokens: number;
  readonly maxOutputTokens: number;
  /** Absent: the model has no known price and is excluded from every budgeted request. */
  readonly prices?: Prices;
  /** Must be true on a model without prices; refused otherwise, so that unknown is never free. */
  readonly unpriced?: boolean;
  readonly rateLimits?: RateLimits;
  /** Where the provider processes data: `us`, `eu`, `global`, `cn`, … */
  readonly regions: readonly string[];
  /** `no_training`, `zero_retention`, `hipaa`, … */
  readonly dataPolicies: readonly string[];
  /** BCP 47 tags; empty means not stated. */
  readonly languages: readonly string[];
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
}
