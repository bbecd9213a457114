import type { Capability, Lifecycle } from '../model.js';
import { asFields } from '../price-faults.js';
import { convertEntries, type ImportOptions, type ImportResult, type ListedModel } from './entry.js';
import {
  amountAt,
  EntryFault,
  fieldsOf,
  textAt,
  textsAt,
  tokensAt,
  type Fields,
  type ListedPrices,
  type ListedTier,
} from './fields.js';
import { modelName, providerName } from './provider-names.js';

/** One parsed `providers/<provider>/models/<name>.toml`; the name may hold slashes. */
export interface ModelsDevFile {
  readonly provider: string;
  readonly name: string;
  readonly toml: unknown;
}

const CAPABILITY_FLAGS: readonly (readonly [flag: string, capabilities: readonly Capability[]])[] = [
  ['tool_call', ['tools']],
  ['structured_output', ['json_mode', 'json_schema']],
  ['reasoning', ['reasoning']],
];

function tierOf(value: unknown): ListedTier {
  const tier = fieldsOf(value, 'a price tier');
  const size = tokensAt(fieldsOf(tier['tier'], 'the size of a price tier'), 'size');
  if (size === undefined) throw new EntryFault('a price tier has no size');
  return { ...tokenPrices(tier), abovePromptTokens: size };
}

function tokenPrices(cost: Fields): Pick<ListedPrices, 'input' | 'output' | 'cachedInput' | 'cacheWrite'> {
  return {
    input: amountAt(cost, 'input'),
    output: amountAt(cost, 'output'),
    cachedInput: amountAt(cost, 'cache_read') ?? amountAt(cost, 'cached_input'),
    cacheWrite: amountAt(cost, 'cache_write'),
  };
}

function pricesOf(cost: Fields): ListedPrices {
  const tiers: unknown[] = Array.isArray(cost['tiers']) ? cost['tiers'] : [];
  const over200k = asFields(cost['context_over_200k']);
  const older = over200k === undefined ? [] : [{ ...tokenPrices(over200k), abovePromptTokens: 200_000 }];
  return {
    ...tokenPrices(cost),
    reasoning: amountAt(cost, 'reasoning'),
    audioInput: amountAt(cost, 'input_audio'),
    audioOutput: amountAt(cost, 'output_audio'),
    tiers: tiers.length > 0 ? tiers.map(tierOf) : older,
  };
}

/** A month stands for its first day. */
function dateOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}(-\d{2})?$/.test(text)) return undefined;
  return text.length === 7 ? `${text}-01` : text;
}

function lifecycleOf(entry: Fields, name: string): Lifecycle {
  const status = textAt(entry, 'status');
  if (status === 'deprecated') return 'deprecated';
  return status === 'alpha' || status === 'beta' || name.includes('-preview') ? 'preview' : 'stable';
}

function readEntry(file: ModelsDevFile, own: Fields, base: Fields): ListedModel | string {
  // A host names its own prices: those of the base model are not inherited.
  const entry: Fields = { ...base, ...own };
  const limit = { ...asFields(base['limit']), ...asFields(own['limit']) };
  const modalities = { ...asFields(base['modalities']), ...asFields(own['modalities']) };
  const cost = fieldsOf(own['cost'] ?? {}, 'cost');
  const provider = providerName(file.provider);
  const family = textAt(entry, 'family');
  if (`${file.name} ${family}`.includes('embed')) return 'is for embedding, not text generation';
  const prices = pricesOf(cost);
  return {
    provider,
    name: modelName(file.name, provider),
    displayName: textAt(entry, 'name'),
    family,
    lifecycle: lifecycleOf(entry, file.name),
    inputModalities: textsAt(modalities, 'input') ?? ['text'],
    outputModalities: textsAt(modalities, 'output') ?? ['text'],
    capabilities: [
      ...CAPABILITY_FLAGS.flatMap(([flag, given]) => (entry[flag] === true ? given : [])),
      ...(prices.cachedInput ? (['prompt_caching'] as const) : []),
    ],
    denied: CAPABILITY_FLAGS.flatMap(([flag, given]) => (entry[flag] === false ? given : [])),
    contextWindowTokens: tokensAt(limit, 'context'),
    maxOutputTokens: tokensAt(limit, 'output'),
    prices,
    asOf: dateOf(textAt(own, 'last_updated')),
    isOpenWeights: entry['open_weights'] === true,
  };
}

/**
 * Converts the files of a models.dev tree, with prices in USD per million tokens. An entry takes what it
 * leaves out from its `base_model`: one of `bases` (the tree's own `models/` folder, by `maker/name`), else
 * the file of that name in the tree; where neither is there, the entry may have no context window.
 */
export function convertModelsDev(
  files: readonly ModelsDevFile[],
  options: ImportOptions = {},
  bases: ReadonlyMap<string, unknown> = new Map(),
): ImportResult {
  const tree = new Map(files.map((file) => [`${file.provider}/${file.name}`, file]));
  const list = { name: 'models.dev', entries: [...tree] };
  return convertEntries(list, options, (file, key) => {
    const own = fieldsOf(file.toml, 'the file');
    const baseKey = textAt(own, 'base_model');
    const base = baseKey === undefined || baseKey === key ? undefined : tree.get(baseKey)?.toml;
    return readEntry(
      file,
      own,
      asFields(baseKey === undefined ? undefined : (bases.get(baseKey) ?? base)) ?? {},
    );
  });
}
