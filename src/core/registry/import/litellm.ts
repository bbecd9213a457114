import type { Capability } from '../model.js';
import { asFields } from '../price-faults.js';
import { convertEntries, type ImportOptions, type ImportResult, type ListedModel } from './entry.js';
import {
  amountAt,
  fieldsOf,
  textAt,
  textsAt,
  tokensAt,
  type Fields,
  type ListedPrices,
  type ListedTier,
} from './fields.js';
import { modelName, providerName } from './provider-names.js';

const TEXT_MODES = new Set(['chat', 'responses', 'completion']);

const CAPABILITY_FLAGS: readonly (readonly [flag: string, capabilities: readonly Capability[]])[] = [
  ['supports_function_calling', ['tools']],
  ['supports_parallel_function_calling', ['parallel_tools']],
  ['supports_response_schema', ['json_mode', 'json_schema']],
  ['supports_native_streaming', ['streaming']],
  ['supports_system_messages', ['system_prompt']],
  ['supports_reasoning', ['reasoning']],
  ['supports_prompt_caching', ['prompt_caching']],
  ['supports_web_search', ['web_search']],
  ['supports_computer_use', ['computer_use']],
];

const INPUT_FLAGS: readonly (readonly [flag: string, modality: string])[] = [
  ['supports_vision', 'image'],
  ['supports_image_input', 'image'],
  ['supports_audio_input', 'audio'],
  ['supports_video_input', 'video'],
  ['supports_pdf_input', 'pdf'],
];

/** The list prices one token, in USD; the registry a million. */
function perMTok(entry: Fields, name: string): number | undefined {
  const usdPerToken = amountAt(entry, name);
  return usdPerToken === undefined ? undefined : usdPerToken * 1e6;
}

function tiersOf(entry: Fields): ListedTier[] {
  const sizes = new Set<number>();
  for (const name of Object.keys(entry)) {
    const size = /^(?:input|output)_cost_per_token_above_(\d+)k_tokens$/.exec(name)?.[1];
    if (size !== undefined) sizes.add(Number(size));
  }
  return [...sizes].map((size) => ({
    abovePromptTokens: size * 1000,
    input: perMTok(entry, `input_cost_per_token_above_${size}k_tokens`),
    output: perMTok(entry, `output_cost_per_token_above_${size}k_tokens`),
    cachedInput: perMTok(entry, `cache_read_input_token_cost_above_${size}k_tokens`),
    cacheWrite: perMTok(entry, `cache_creation_input_token_cost_above_${size}k_tokens`),
  }));
}

/** The smaller of the two sides' discounts, so that a batch is never priced below what it costs. */
function batchDiscount(entry: Fields): number | undefined {
  const shares = (['input', 'output'] as const).map((side) => {
    const [base, batch] = [
      amountAt(entry, `${side}_cost_per_token`),
      amountAt(entry, `${side}_cost_per_token_batches`),
    ];
    return base && batch ? 1 - batch / base : 0;
  });
  const share = Math.min(...shares);
  return share > 0 && share < 1 ? share : undefined;
}

function pricesOf(entry: Fields): ListedPrices {
  return {
    input: perMTok(entry, 'input_cost_per_token'),
    output: perMTok(entry, 'output_cost_per_token'),
    cachedInput:
      perMTok(entry, 'cache_read_input_token_cost') ?? perMTok(entry, 'input_cost_per_token_cache_hit'),
    cacheWrite: perMTok(entry, 'cache_creation_input_token_cost'),
    cacheWrite1h: perMTok(entry, 'cache_creation_input_token_cost_above_1hr'),
    reasoning: perMTok(entry, 'output_cost_per_reasoning_token'),
    audioInput: perMTok(entry, 'input_cost_per_audio_token'),
    audioOutput: perMTok(entry, 'output_cost_per_audio_token'),
    perRequestUsd: amountAt(entry, 'input_cost_per_request'),
    batchDiscount: batchDiscount(entry),
    tiers: tiersOf(entry),
  };
}

function inputsOf(entry: Fields): string[] {
  const flagged = INPUT_FLAGS.filter(([flag]) => entry[flag] === true).map(([, modality]) => modality);
  return [...(textsAt(entry, 'supported_modalities') ?? ['text']), ...flagged];
}

function readEntry(value: unknown, key: string, options: ImportOptions): ListedModel | string {
  const entry = fieldsOf(value, 'the entry');
  const mode = textAt(entry, 'mode');
  if (mode === undefined) return 'states no mode';
  if (!TEXT_MODES.has(mode)) return `is for ${mode.replaceAll('_', ' ')}, not text generation`;
  const listedProvider = textAt(entry, 'litellm_provider');
  if (listedProvider === undefined) return 'states no litellm_provider';
  const provider = providerName(listedProvider);
  const deprecated = textAt(entry, 'deprecation_date');
  const isDeprecated = deprecated !== undefined && options.asOf !== undefined && deprecated <= options.asOf;
  const name = modelName(key, provider);
  return {
    provider,
    name,
    displayName: undefined,
    lifecycle: isDeprecated ? 'deprecated' : name.includes('-preview') ? 'preview' : 'stable',
    inputModalities: inputsOf(entry),
    outputModalities: textsAt(entry, 'supported_output_modalities') ?? ['text'],
    capabilities: CAPABILITY_FLAGS.flatMap(([flag, given]) => (entry[flag] === true ? given : [])),
    denied: CAPABILITY_FLAGS.flatMap(([flag, given]) => (entry[flag] === false ? given : [])),
    contextWindowTokens: tokensAt(entry, 'max_input_tokens') ?? tokensAt(entry, 'max_tokens'),
    maxOutputTokens: tokensAt(entry, 'max_output_tokens') ?? tokensAt(entry, 'max_tokens'),
    prices: pricesOf(entry),
  };
}

/**
 * Converts LiteLLM's price map, a JSON object from model key to entry with prices in USD per token.
 * The map has no date: `options.asOf` gives one, and marks what it says is past its deprecation date.
 */
export function convertLitellm(map: unknown, options: ImportOptions = {}): ImportResult {
  const fields = asFields(map);
  if (fields === undefined)
    return { models: [], priceUpdates: [], skipped: [{ key: '$', reason: 'is not a JSON object' }] };
  const list = { name: 'litellm', entries: Object.entries(fields) };
  return convertEntries(list, options, (entry, key) => readEntry(entry, key, options));
}
