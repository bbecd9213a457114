import { asFields } from '../price-faults.js';
import { convertEntries, type ImportOptions, type ImportResult, type ListedModel } from './entry.js';
import {
  amountAt,
  EntryFault,
  fieldsOf,
  textAt,
  tokensAt,
  type Fields,
  type ListedPrices,
  type ListedTier,
} from './fields.js';
import { modelName, providerName } from './provider-names.js';

const PRICE_NAMES = {
  input: 'input_mtok',
  output: 'output_mtok',
  cachedInput: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
} as const;
type PriceName = keyof typeof PRICE_NAMES;

/** The list records no modalities; these words in a name say that it is not for text alone. */
const NOT_TEXT =
  /(^|[^a-z])(image|embed|embedding|tts|audio|realtime|transcribe|whisper|sonic|moderation|rerank|guard)/;

interface Steps {
  readonly base: number | undefined;
  readonly tiers: ReadonlyMap<number, number>;
}

/** A price is a number, or `{base, tiers: [{start, price}]}`. */
function stepsOf(prices: Fields, name: string): Steps {
  const tiered = asFields(prices[name]);
  if (tiered === undefined) return { base: amountAt(prices, name), tiers: new Map() };
  const list: unknown[] = Array.isArray(tiered['tiers']) ? tiered['tiers'] : [];
  const tiers = list.map((value) => {
    const tier = fieldsOf(value, `a tier of ${name}`);
    const [start, price] = [tokensAt(tier, 'start'), amountAt(tier, 'price')];
    if (start === undefined || price === undefined)
      throw new EntryFault(`a tier of ${name} lacks start or price`);
    return [start, price] as const;
  });
  return { base: amountAt(tiered, 'base'), tiers: new Map(tiers) };
}

function pricesOf(prices: Fields): ListedPrices {
  const steps = Object.fromEntries(
    Object.entries(PRICE_NAMES).map(([ours, theirs]) => [ours, stepsOf(prices, theirs)]),
  ) as Record<PriceName, Steps>;
  const starts = new Set(Object.values(steps).flatMap((step) => [...step.tiers.keys()]));
  const at = (name: PriceName, start: number) => steps[name].tiers.get(start) ?? steps[name].base;
  const tiers = [...starts].map((start): ListedTier => ({
    abovePromptTokens: start,
    input: at('input', start),
    output: at('output', start),
    cachedInput: at('cachedInput', start),
    cacheWrite: at('cacheWrite', start),
  }));
  const perThousand = amountAt(prices, 'requests_kcount');
  return {
    input: steps.input.base,
    output: steps.output.base,
    cachedInput: steps.cachedInput.base,
    cacheWrite: steps.cacheWrite.base,
    audioInput: stepsOf(prices, 'input_audio_mtok').base,
    audioOutput: stepsOf(prices, 'output_audio_mtok').base,
    perRequestUsd: perThousand === undefined ? undefined : perThousand / 1000,
    tiers,
  };
}

/** Whether a dated price holds on `asOf`; a price for some hours of the day always may. */
function holds(constraint: Fields, asOf: string | undefined): boolean {
  const start = textAt(constraint, 'start_date');
  if (start === undefined) return true;
  if (asOf === undefined) throw new EntryFault(`has a price from ${start}: say when the list was read`);
  return start <= asOf;
}

/** The last dated price that holds; of prices by the hour the dearest, so that none is underestimated. */
function choosePrices(value: unknown, asOf: string | undefined): ListedPrices {
  if (!Array.isArray(value)) return pricesOf(fieldsOf(value, 'prices'));
  let chosen: ListedPrices | undefined;
  for (const item of value as unknown[]) {
    const option = fieldsOf(item, 'a conditional price');
    const constraint = asFields(option['constraint']);
    if (constraint !== undefined && !holds(constraint, asOf)) continue;
    const prices = pricesOf(fieldsOf(option['prices'], 'a conditional price'));
    const isHourly = constraint !== undefined && constraint['start_date'] === undefined;
    if (isHourly && chosen !== undefined && (prices.input ?? 0) < (chosen.input ?? 0)) continue;
    chosen = prices;
  }
  return chosen ?? { input: undefined, output: undefined };
}

function readEntry(listedProvider: string, value: unknown, options: ImportOptions): ListedModel | string {
  const entry = fieldsOf(value, 'the entry');
  const name = textAt(entry, 'id');
  if (name === undefined) return 'has no id';
  if (NOT_TEXT.test(name.toLowerCase())) return 'is not for text generation, by its name';
  const provider = providerName(listedProvider);
  return {
    provider,
    name: modelName(name, provider),
    displayName: textAt(entry, 'name'),
    lifecycle: entry['deprecated'] === true ? 'deprecated' : name.includes('-preview') ? 'preview' : 'stable',
    inputModalities: ['text'],
    outputModalities: ['text'],
    capabilities: [],
    contextWindowTokens: tokensAt(entry, 'context_window'),
    maxOutputTokens: undefined,
    prices: choosePrices(entry['prices'], options.asOf),
  };
}

function* entriesOf(
  providers: readonly unknown[],
): Generator<readonly [string, { provider: string; value: unknown }]> {
  for (const [index, value] of providers.entries()) {
    const fields = asFields(value) ?? {};
    const provider = textAt(fields, 'id') ?? `[${index}]`;
    const models: unknown[] = Array.isArray(fields['models']) ? fields['models'] : [];
    for (const [at, model] of models.entries()) {
      yield [
        `${provider}/${textAt(asFields(model) ?? {}, 'id') ?? `models[${at}]`}`,
        { provider, value: model },
      ];
    }
  }
}

/**
 * Converts genai-prices' `data.json`, an array of providers with prices in USD per million tokens. It
 * seldom has a context window, so most of it updates prices of known models. Where a price depends on a
 * date, `options.asOf` decides; where on the hour, the dearest is taken.
 */
export function convertGenaiPrices(data: unknown, options: ImportOptions = {}): ImportResult {
  if (!Array.isArray(data))
    return { models: [], priceUpdates: [], skipped: [{ key: '$', reason: 'is not a JSON array' }] };
  const list = { name: 'genai-prices', entries: entriesOf(data as unknown[]) };
  return convertEntries(list, options, ({ provider, value }) => readEntry(provider, value, options));
}
