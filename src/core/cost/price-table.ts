import { NANO_USD_PER_USD } from '../money.js';
import type { Prices, PriceTier } from '../registry/model.js';
import type { TokenComponent } from './token-usage.js';

/** Discounts are kept in parts per million, so that money stays in whole numbers. */
export const PPM = 1_000_000n;

/** Whole nano-USD per million tokens, by what they are billed as. */
export type Rates = Readonly<Record<TokenComponent, bigint>>;

/** What is billed by the token, for prompts of some length. */
export interface RateCard {
  readonly rates: Rates;
  /** The same per token, as numbers for scoring. */
  readonly perTokenNanoUsd: Readonly<Record<TokenComponent, number>>;
}

/** Prices of one model, ready to compute with. */
export interface PriceTable extends RateCard {
  /** Descending by bound, so that the first that applies is the right one. */
  readonly tiers: readonly (RateCard & { readonly abovePromptTokens: number })[];
  /** Nano-USD. */
  readonly perRequest: bigint;
  /** Nano-USD. */
  readonly perToolCall: bigint;
  readonly batchDiscountPpm: bigint;
  /** Ascending by date, this table among them; empty where the price never changes. */
  readonly dated: readonly { readonly fromMs: number; readonly table: PriceTable }[];
}

const nanoPerMTok = (usdPerMTok: number): bigint => BigInt(Math.round(usdPerMTok * NANO_USD_PER_USD));
const nanoUsd = (usd = 0): bigint => BigInt(Math.round(usd * NANO_USD_PER_USD));

/** Turns list prices in USD into whole nano-USD, once, when the registry is built. */
export function priceTable(prices: Prices): PriceTable {
  const { schedule = [], from, ...own } = prices;
  const table = tableOf(own);
  if (schedule.length === 0) return table;
  const dated = [
    ...schedule.map((row) => ({ fromMs: Date.parse(row.from), table: tableOf(row) })),
    { fromMs: from === undefined ? -Infinity : Date.parse(from), table },
  ].sort((a, b) => a.fromMs - b.fromMs);
  return { ...table, dated };
}

/** The table that is in force at a time: the latest that has begun, the first where none has. */
export function tableAt(table: PriceTable, timeMs: number): PriceTable {
  const { dated } = table;
  if (dated.length === 0) return table;
  let inForce = dated[0]!;
  for (const row of dated) if (row.fromMs <= timeMs) inForce = row;
  return inForce.table;
}

/** The rates of the whole prompt: those of the highest tier that it is above, else the base. */
export function ratesFor(table: PriceTable, inputTokens: number): RateCard {
  for (const tier of table.tiers) if (inputTokens > tier.abovePromptTokens) return tier;
  return table;
}

function tableOf(prices: Omit<Prices, 'schedule'>): PriceTable {
  return {
    ...rateCard(baseRates(prices)),
    tiers: [...(prices.tiers ?? [])]
      .sort((a, b) => b.abovePromptTokens - a.abovePromptTokens)
      .map((tier) => ({
        abovePromptTokens: tier.abovePromptTokens,
        ...rateCard(tierRates(tier, prices)),
      })),
    perRequest: nanoUsd(prices.perRequestUsd),
    perToolCall: nanoUsd(prices.perToolCallUsd),
    batchDiscountPpm: BigInt(Math.round((prices.batchDiscount ?? 0) * Number(PPM))),
    dated: [],
  };
}

/** A part without a price of its own is billed as text: unknown is never free. */
function baseRates(prices: Omit<Prices, 'schedule'>): Rates {
  const { inputUsdPerMTok: input, outputUsdPerMTok: output, cacheWriteUsdPerMTok: write = input } = prices;
  return {
    input: nanoPerMTok(input),
    cached_input: nanoPerMTok(prices.cachedInputUsdPerMTok ?? input),
    cache_write: nanoPerMTok(write),
    cache_write_1h: nanoPerMTok(prices.cacheWrite1hUsdPerMTok ?? write),
    audio_input: nanoPerMTok(prices.audioInputUsdPerMTok ?? input),
    image_input: nanoPerMTok(prices.imageInputUsdPerMTok ?? input),
    output: nanoPerMTok(output),
    reasoning: nanoPerMTok(prices.reasoningUsdPerMTok ?? output),
    audio_output: nanoPerMTok(prices.audioOutputUsdPerMTok ?? output),
    image_output: nanoPerMTok(prices.imageOutputUsdPerMTok ?? output),
  };
}

/** Text is billed as the tier says, thinking as its output; lists have no tiers of sound and images. */
function tierRates(tier: PriceTier, base: Omit<Prices, 'schedule'>): Rates {
  return baseRates({
    audioInputUsdPerMTok: base.audioInputUsdPerMTok ?? tier.inputUsdPerMTok,
    imageInputUsdPerMTok: base.imageInputUsdPerMTok ?? tier.inputUsdPerMTok,
    audioOutputUsdPerMTok: base.audioOutputUsdPerMTok ?? tier.outputUsdPerMTok,
    imageOutputUsdPerMTok: base.imageOutputUsdPerMTok ?? tier.outputUsdPerMTok,
    ...tier,
  });
}

function rateCard(rates: Rates): RateCard {
  const perToken = Object.entries(rates).map(([component, rate]) => [component, Number(rate) / 1e6]);
  return { rates, perTokenNanoUsd: Object.fromEntries(perToken) as Record<TokenComponent, number> };
}
