/** Tokens and calls of one request, as a provider bills them. All whole and non-negative. */
export interface TokenUsage {
  /** Prompt tokens: those read from a cache, written to one, and those of sound and images included. */
  readonly inputTokens: number;
  /** Answer tokens: thinking, sound and images included. */
  readonly outputTokens: number;
  /** Prompt tokens read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** Prompt tokens written to the cache for 5 minutes, the usual life. */
  readonly cacheWriteTokens?: number;
  /** Prompt tokens written to the cache for an hour. */
  readonly cacheWrite1hTokens?: number;
  readonly audioInputTokens?: number;
  readonly imageInputTokens?: number;
  /** Thinking tokens. */
  readonly reasoningTokens?: number;
  readonly audioOutputTokens?: number;
  readonly imageOutputTokens?: number;
  /** Calls of the provider's own tools that are billed by the call, such as a web search. */
  readonly toolCalls?: number;
}

/** What tokens are billed as: the parts of a prompt, then those of an answer. */
export const INPUT_COMPONENTS = [
  'input',
  'cached_input',
  'cache_write',
  'cache_write_1h',
  'audio_input',
  'image_input',
] as const;
export const OUTPUT_COMPONENTS = ['output', 'reasoning', 'audio_output', 'image_output'] as const;
export const TOKEN_COMPONENTS = [...INPUT_COMPONENTS, ...OUTPUT_COMPONENTS] as const;
export type TokenComponent = (typeof TOKEN_COMPONENTS)[number];

/** Parts of a bill; the last two are not of tokens. */
export const COST_COMPONENTS = [...TOKEN_COMPONENTS, 'requests', 'tool_calls'] as const;
export type CostComponent = (typeof COST_COMPONENTS)[number];

/** The parts of a usage that are named, by their fields; `input` and `output` are what they leave. */
export const PART_FIELDS = {
  cached_input: 'cachedInputTokens',
  cache_write: 'cacheWriteTokens',
  cache_write_1h: 'cacheWrite1hTokens',
  audio_input: 'audioInputTokens',
  image_input: 'imageInputTokens',
  reasoning: 'reasoningTokens',
  audio_output: 'audioOutputTokens',
  image_output: 'imageOutputTokens',
} as const satisfies Partial<Record<TokenComponent, keyof TokenUsage>>;

type NamedPart = keyof typeof PART_FIELDS;
const isNamed = (component: TokenComponent): component is NamedPart => component in PART_FIELDS;

/**
 * A usage as disjoint parts, each token in one of them.
 * @throws RangeError where a count is negative, not whole, or parts exceed their whole.
 */
export function usageParts(usage: TokenUsage): Readonly<Record<TokenComponent, number>> {
  const parts = {} as Record<TokenComponent, number>;
  splitInto(parts, usage, INPUT_COMPONENTS, usage.inputTokens);
  splitInto(parts, usage, OUTPUT_COMPONENTS, usage.outputTokens);
  return parts;
}

function splitInto(
  parts: Record<TokenComponent, number>,
  usage: TokenUsage,
  [rest, ...components]: readonly [TokenComponent, ...TokenComponent[]],
  whole: number,
): void {
  let left = whole;
  for (const component of components) {
    const tokens = isNamed(component) ? (usage[PART_FIELDS[component]] ?? 0) : 0;
    if (!isCount(tokens)) throw new RangeError(`${component} tokens cannot be ${tokens}`);
    parts[component] = tokens;
    left -= tokens;
  }
  if (!isCount(whole) || !isCount(left)) {
    throw new RangeError('token counts must be whole and not negative, and parts not exceed their whole');
  }
  parts[rest] = left;
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
