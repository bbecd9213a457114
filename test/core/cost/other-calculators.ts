import type { TokenUsage } from '../../../src/core/cost/token-usage.js';

type Fields = Readonly<Record<string, unknown>>;
const amount = (value: unknown): number => (typeof value === 'number' ? value : 0);

/**
 * LiteLLM's cost of a call in USD: `generic_cost_per_token` of litellm/litellm_core_utils/llm_cost_calc/utils.py (MIT),
 * written again. The rates of the highest `_above_{n}k_tokens` that the whole prompt exceeds, then text, cached, written
 * and sound tokens each at their own; what has no price counts nothing.
 */
export function litellmUsd(entry: Fields, usage: TokenUsage): number {
  const suffix = tierSuffix(entry, usage.inputTokens);
  const rate = (name: string): number => amount(entry[`${name}${suffix}`] ?? entry[name]);
  const { cachedInputTokens: cached = 0, cacheWriteTokens: written = 0, audioInputTokens: heard = 0 } = usage;
  const { reasoningTokens: thought = 0, audioOutputTokens: spoken = 0 } = usage;
  const text = usage.inputTokens - cached - written - heard;
  const answer = usage.outputTokens - thought - spoken;
  const output = rate('output_cost_per_token');
  return (
    text * rate('input_cost_per_token') +
    cached * rate('cache_read_input_token_cost') +
    written * rate('cache_creation_input_token_cost') +
    heard * amount(entry['input_cost_per_audio_token']) +
    answer * output +
    thought * (amount(entry['output_cost_per_reasoning_token']) || output) +
    spoken * amount(entry['output_cost_per_audio_token'])
  );
}

function tierSuffix(entry: Fields, promptTokens: number): string {
  const sizes = Object.keys(entry)
    .map((name) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(name)?.[1])
    .filter((size) => size !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
  const size = sizes.find((k) => promptTokens > 1000 * k);
  return size === undefined ? '' : `_above_${size}k_tokens`;
}

/**
 * genai-prices' price of a call in USD: `ModelPrice.calc_price` and `calc_mtok_price` of
 * packages/python/genai_prices/types.py (MIT), written again. Sound first, then text without what was cached or written;
 * a tier's price is that of the whole prompt; what has no price counts nothing.
 */
export function genaiPricesUsd(prices: Fields, usage: TokenUsage): number {
  const { inputTokens, outputTokens, cachedInputTokens: cached = 0, cacheWriteTokens: written = 0 } = usage;
  const { audioInputTokens: heard = 0, audioOutputTokens: spoken = 0 } = usage;
  const perMillion = (name: string, tokens: number): number =>
    (tokens * steppedPrice(prices[name], inputTokens)) / 1e6;
  return (
    perMillion('input_audio_mtok', heard) +
    perMillion('input_mtok', inputTokens - heard - written - cached) +
    perMillion('cache_write_mtok', written) +
    perMillion('cache_read_mtok', cached) +
    perMillion('output_mtok', outputTokens - spoken) +
    perMillion('output_audio_mtok', spoken) +
    amount(prices['requests_kcount']) / 1000
  );
}

function steppedPrice(price: unknown, promptTokens: number): number {
  if (typeof price !== 'object' || price === null) return amount(price);
  const { base, tiers } = price as { base: number; tiers: readonly { start: number; price: number }[] };
  const above = [...tiers].sort((a, b) => b.start - a.start).find(({ start }) => promptTokens > start);
  return above?.price ?? base;
}
