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
  readonly cacheWrite1hUsdPerMTok?: number;
}

/** List prices in US dollars, per million tokens (MTok) unless the name says otherwise. */
export interface PriceRow {
  readonly inputUsdPerMTok: number;
  readonly outputUsdPerMTok: number;
  readonly cachedInputUsdPerMTok?: number;
  /** Kept for 5 minutes. */
  readonly cacheWriteUsdPerMTok?: number;
  /** Kept for an hour; billed as the shorter write when absent. */
  readonly cacheWrite1hUsdPerMTok?: number;
  /** Thinking tokens; billed as output tokens when absent. */
  readonly reasoningUsdPerMTok?: number;
  /** Tokens of sound and images; billed as those of text when absent. */
  readonly audioInputUsdPerMTok?: number;
  readonly audioOutputUsdPerMTok?: number;
  readonly imageInputUsdPerMTok?: number;
  readonly imageOutputUsdPerMTok?: number;
  readonly perRequestUsd?: number;
  /** Per call of the provider's own tools. */
  readonly perToolCallUsd?: number;
  /** Share taken off every token price in a provider's batch API, in [0, 1). */
  readonly batchDiscount?: number;
  /** Ascending by `abovePromptTokens`. */
  readonly tiers?: readonly PriceTier[];
}

/** Prices from a date on, 00:00 UTC, until the next date. */
export interface DatedPriceRow extends PriceRow {
  /** ISO date. */
  readonly from: string;
}

/** The prices that people and rules see, and those of other dates. */
export interface Prices extends PriceRow {
  /** ISO date from which they hold; needed where there is a schedule. */
  readonly from?: string;
  /** Prices of other dates, past or announced. What is billed is what holds at the time of the call. */
  readonly schedule?: readonly DatedPriceRow[];
  /** Always USD: other currencies are refused. */
  readonly currency?: 'USD';
  /** ISO date on which the price list was read. */
  readonly asOf?: string;
  readonly source?: string;
}

/** How many tokens an image is, in one of the ways that providers publish. */
export type ImageTokenRule =
  | { readonly kind: 'fixed'; readonly tokensPerImage: number }
  /** Scaled down to fit, then cut into square tiles. */
  | {
      readonly kind: 'tiles';
      readonly tilePx: number;
      readonly tokensPerTile: number;
      readonly baseTokens: number;
      /** Longest side that is kept. */
      readonly maxSidePx?: number;
      /** Shortest side that is kept. */
      readonly maxShortSidePx?: number;
      /** An image with no longer side is one tile. */
      readonly smallSidePx?: number;
    }
  /** By area, up to a most; larger images are scaled down. */
  | { readonly kind: 'area'; readonly pxPerToken: number; readonly maxTokens: number };

/** How a model counts what is not the text of a prompt. */
export interface TokenCounting {
  readonly image?: ImageTokenRule;
  readonly audioTokensPerSecond?: number;
  /** Once per request that offers tools. */
  readonly toolsBaseTokens?: number;
  /** Per tool that is offered, where its definition is not in the messages. */
  readonly tokensPerTool?: number;
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
  readonly tokenCounting?: TokenCounting;
  /** Where the provider processes data: `us`, `eu`, `global`, `cn`, … */
  readonly regions: readonly string[];
  /** `no_training`, `zero_retention`, `hipaa`, … */
  readonly dataPolicies: readonly string[];
  /** BCP 47 tags; empty means not stated. */
  readonly languages: readonly string[];
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
}
