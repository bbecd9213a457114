import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd } from '../../../src/core/cost/bill.js';
import { priceTable } from '../../../src/core/cost/price-table.js';
import type { TokenUsage } from '../../../src/core/cost/token-usage.js';
import { convertGenaiPrices } from '../../../src/core/registry/import/genai-prices.js';
import { convertLitellm } from '../../../src/core/registry/import/litellm.js';
import type { ImportResult } from '../../../src/core/registry/import/entry.js';
import type { Prices } from '../../../src/core/registry/model.js';
import { readJson } from '../registry/fixture.js';
import { genaiPricesUsd, litellmUsd } from './other-calculators.js';

const USAGES = 2_000;
const DATA = join(process.env['SEXTANT_DATA'] ?? '../shared/data', 'prices');
type Fields = Readonly<Record<string, unknown>>;
interface Listed {
  readonly key: string;
  readonly prices: Prices;
  readonly entry: Fields;
}

const pricesByKey = ({ models, priceUpdates }: ImportResult): [string, Prices][] => [
  ...models.flatMap(({ key, model }): [string, Prices][] => (model.prices ? [[key, model.prices]] : [])),
  ...priceUpdates.map(({ key, prices }): [string, Prices] => [key, prices]),
];

type FixturePath = `test/fixtures/prices/${string}`;

/** The list itself where the data folder is there, else a small one of the same shape. */
const listOf = (file: string, fixture: FixturePath): unknown => {
  const real = join(DATA, file);
  return readJson(existsSync(real) ? real : fixture);
};

function litellmList(): Listed[] {
  const map = listOf('litellm/model_prices.json', 'test/fixtures/prices/litellm.json') as Record<
    string,
    Fields
  >;
  return pricesByKey(convertLitellm(map))
    .map(([key, prices]) => ({ key, prices, entry: map[key]! }))
    .filter(({ entry }) => !hasFreeTier(entry));
}

/** Experimental models are listed at nothing above a bound; an import takes zero for unknown. */
const hasFreeTier = (entry: Fields): boolean =>
  Object.entries(entry).some(([name, price]) => name.includes('_above_') && price === 0);

interface GenaiProvider {
  readonly id: string;
  readonly models: readonly { readonly id: string; readonly prices: unknown }[];
}

/** Prices that depend on a date or the hour are the importer's to choose among; here only those that do not. */
function genaiList(): Listed[] {
  const data = listOf('genai-prices/data.json', 'test/fixtures/prices/genai-prices.json') as GenaiProvider[];
  const entries = new Map<string, unknown>(
    data.flatMap(({ id, models }) => models.map((model) => [`${id}/${model.id}`, model.prices] as const)),
  );
  return pricesByKey(convertGenaiPrices(data, { asOf: '2026-11-01' })).flatMap(([key, prices]) => {
    const entry = entries.get(key);
    return entry === undefined || Array.isArray(entry) ? [] : [{ key, prices, entry: entry as Fields }];
  });
}

/** Parts that a list has a price for: without one, both calculators bill nothing, and Sextant the price of text. */
function usageWithin({ prices, entry }: Listed, drawn: Required<TokenUsage>, reasoning: boolean): TokenUsage {
  const tiered = (prices.tiers ?? []).length > 0;
  // LiteLLM keeps the base's price for cached text above a bound where the tier has none; Sextant takes the tier's own.
  const cachedInTier = (prices.tiers ?? []).every((tier) => tier.cachedInputUsdPerMTok !== undefined);
  const writtenInTier = (prices.tiers ?? []).every((tier) => tier.cacheWriteUsdPerMTok !== undefined);
  const has = (price: number | undefined): boolean => price !== undefined;
  // DeepSeek's `input_cost_per_token_cache_hit` is a price that LiteLLM's formula does not read.
  const onlyHit = 'input_cost_per_token_cache_hit' in entry && !('cache_read_input_token_cost' in entry);
  const cachedPrice = onlyHit ? undefined : prices.cachedInputUsdPerMTok;
  const input = {
    cachedInputTokens: has(cachedPrice) && (!tiered || cachedInTier) ? drawn.cachedInputTokens : 0,
    cacheWriteTokens:
      has(prices.cacheWriteUsdPerMTok) && (!tiered || writtenInTier) ? drawn.cacheWriteTokens : 0,
    audioInputTokens: has(prices.audioInputUsdPerMTok) ? drawn.audioInputTokens : 0,
  };
  const output = {
    // In a tier LiteLLM bills thinking at the base's price of it, where there is one.
    reasoningTokens:
      reasoning && !(tiered && 'output_cost_per_reasoning_token' in entry) ? drawn.reasoningTokens : 0,
    audioOutputTokens: has(prices.audioOutputUsdPerMTok) ? drawn.audioOutputTokens : 0,
  };
  const sum = (parts: Readonly<Record<string, number>>): number =>
    Object.values(parts).reduce((total, tokens) => total + tokens, 0);
  return {
    ...input,
    ...output,
    inputTokens: drawn.inputTokens + sum(input),
    outputTokens: drawn.outputTokens + sum(output),
  };
}

const tokens = fc.oneof(fc.nat(2_000), fc.nat(150_000), fc.nat(1_000_000));
const anyUsage: fc.Arbitrary<Required<TokenUsage>> = fc.record({
  inputTokens: tokens,
  outputTokens: fc.nat(64_000),
  cachedInputTokens: tokens,
  cacheWriteTokens: tokens,
  cacheWrite1hTokens: fc.constant(0),
  audioInputTokens: fc.nat(20_000),
  imageInputTokens: fc.constant(0),
  reasoningTokens: fc.nat(32_000),
  audioOutputTokens: fc.nat(20_000),
  imageOutputTokens: fc.constant(0),
  toolCalls: fc.constant(0),
});

/** Half a nano-dollar of rounding, half a nano-dollar a million tokens that a price was rounded by, what doubles lose. */
const tolerance = (nanoUsd: number, { inputTokens, outputTokens }: TokenUsage): number =>
  0.5 + (0.5 * (inputTokens + outputTokens)) / 1e6 + 1e-9 * nanoUsd;

describe.each([
  ['LiteLLM', litellmList(), litellmUsd, true],
  // It knows no price of thinking: all output is one.
  ['genai-prices', genaiList(), genaiPricesUsd, false],
] as const)('a bill against the formula of %s', (_, list, usdOf, reasoning) => {
  it(`is the same on ${USAGES} usages of models drawn from its list`, () => {
    expect(list.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.constantFrom(...list), anyUsage, (listed, drawn) => {
        const usage = usageWithin(listed, drawn, reasoning);
        const theirs = usdOf(listed.entry, usage) * 1e9;
        const ours = Number(costNanoUsd(priceTable(withoutOthers(listed.prices, reasoning)), usage, false));
        expect(Math.abs(ours - theirs), listed.key).toBeLessThanOrEqual(tolerance(theirs, usage));
      }),
      { numRuns: USAGES },
    );
  });
});

/** LiteLLM counts a fee per request apart from tokens. */
function withoutOthers(prices: Prices, isLitellm: boolean): Prices {
  const { perRequestUsd: _, ...rest } = prices;
  return isLitellm ? rest : prices;
}

describe('where they do not agree', () => {
  const priced: Prices = { inputUsdPerMTok: 3, outputUsdPerMTok: 15 };
  const bill = (prices: Prices, usage: TokenUsage): number =>
    Number(costNanoUsd(priceTable(prices), usage, false)) / 1e9;

  it('both take a part without a price for free, Sextant for text: unknown is never zero', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0, cachedInputTokens: 1_000_000 };
    expect(litellmUsd({ input_cost_per_token: 3e-6, output_cost_per_token: 15e-6 }, usage)).toBe(0);
    expect(genaiPricesUsd({ input_mtok: 3, output_mtok: 15 }, usage)).toBe(0);
    expect(bill(priced, usage)).toBe(3);
  });

  it('both compute in fractions of a dollar and leave rounding to the reader, Sextant rounds once to a nano-dollar', () => {
    const usage = { inputTokens: 1, outputTokens: 0 };
    expect(genaiPricesUsd({ input_mtok: 0.0375, output_mtok: 0 }, usage)).toBeCloseTo(3.75e-8, 15);
    expect(bill({ inputUsdPerMTok: 0.0375, outputUsdPerMTok: 1 }, usage)).toBe(3.8e-8);
  });
});
