import { describe, expect, it } from 'vitest';
import type { ImportOptions, ImportResult } from '../../../src/core/registry/import/entry.js';
import { roundToNanoUsd } from '../../../src/core/registry/import/fields.js';
import { convertGenaiPrices } from '../../../src/core/registry/import/genai-prices.js';
import { convertLitellm } from '../../../src/core/registry/import/litellm.js';
import { convertModelsDev } from '../../../src/core/registry/import/models-dev.js';
import { selectEntries } from '../../../src/core/registry/import/selection.js';
import type { Model, ModelId } from '../../../src/core/registry/model.js';
import { readJson } from './fixture.js';

function byId(result: ImportResult, id: string): Model | undefined {
  return result.models.find(({ model }) => model.id === id)?.model;
}

function reasons(result: ImportResult): Record<string, string> {
  return Object.fromEntries(result.skipped.map(({ key, reason }) => [key, reason]));
}

describe("LiteLLM's price map", () => {
  const map = readJson('test/fixtures/prices/litellm.json');
  const convert = (options?: ImportOptions) => convertLitellm(map, options);

  it('becomes USD per million tokens, exact to the nano-dollar', () => {
    expect(byId(convert(), 'acme/acme-large')?.prices).toEqual({
      inputUsdPerMTok: 2.5,
      outputUsdPerMTok: 11,
      cachedInputUsdPerMTok: 0.3125,
      cacheWriteUsdPerMTok: 3.125,
      batchDiscount: 0.5,
      tiers: [{ abovePromptTokens: 128_000, inputUsdPerMTok: 5, outputUsdPerMTok: 22 }],
      source: 'litellm:acme-large',
    });
    expect(byId(convert(), 'google/tiny')?.prices).toMatchObject({
      inputUsdPerMTok: 0.07,
      outputUsdPerMTok: 0.29,
    });
    expect(roundToNanoUsd(2.4999999999)).toBe(2.5);
  });

  it('gives capabilities, modalities and limits', () => {
    expect(byId(convert(), 'acme/acme-large')).toMatchObject({
      provider: 'acme',
      capabilities: ['tools', 'json_mode', 'json_schema'],
      inputModalities: ['text', 'image'],
      contextWindowTokens: 200_000,
      maxOutputTokens: 8000,
      tags: ['tier:premium'],
    });
  });

  it('takes assumed capabilities where the map does not deny them', () => {
    const result = convert({ assume: ['streaming'] });
    expect(byId(result, 'acme/acme-large')?.capabilities).toContain('streaming');
    expect(byId(result, 'google/tiny')?.capabilities).not.toContain('streaming');
  });

  it('names what it leaves out by key, and never takes zero for free', () => {
    expect(reasons(convert())).toEqual({
      'acme/acme-large': 'becomes acme/acme-large, as acme-large does',
      'acme/free': 'the input price is 0, which is not taken as free',
      'acme/vectors': 'is for embedding, not text generation',
      'acme/typo': 'input_cost_per_token: "1e-7" is not an amount',
      'acme/inverted': expect.stringMatching(
        /^prices\.cachedInputUsdPerMTok: 0\.2 is above the input price/,
      ) as string,
    });
    expect(byId(convert({ keepUnpriced: true }), 'acme/free')).toMatchObject({ unpriced: true });
    expect(byId(convert({ keepUnpriced: true }), 'acme/free')?.prices).toBeUndefined();
  });

  it('marks as deprecated what is past its date, where it is said when the map was read', () => {
    expect(byId(convert(), 'acme/acme-large')?.lifecycle).toBe('stable');
    expect(byId(convert({ asOf: '2026-01-31' }), 'acme/acme-large')?.lifecycle).toBe('stable');
    expect(byId(convert({ asOf: '2026-02-01' }), 'acme/acme-large')).toMatchObject({
      lifecycle: 'deprecated',
      prices: { asOf: '2026-02-01' },
    });
  });

  it('is refused whole when it is no object', () => {
    expect(convertLitellm([])).toMatchObject({ models: [], skipped: [{ key: '$' }] });
  });
});

describe('a models.dev tree', () => {
  const cost = { input: 0.15, output: 0.6 };
  const file = (toml: object, name = 'm') => ({ provider: 'mistral', name, toml });
  const full = { name: 'M', limit: { context: 1000, output: 2000 }, cost };

  it('never gives an answer longer than the window, and drops modalities nobody knows', () => {
    const modalities = { input: ['text', 'hologram'], output: ['text'] };
    const result = convertModelsDev([file({ ...full, modalities })]);
    expect(byId(result, 'mistralai/m')).toMatchObject({
      contextWindowTokens: 1000,
      maxOutputTokens: 1000,
      inputModalities: ['text'],
      prices: { inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.6, source: 'models.dev:mistral/m' },
    });
  });

  it('takes facts from a base model, and prices from the host alone', () => {
    const base = { name: 'Base', limit: { context: 500, output: 100 }, cost: { input: 9, output: 9 } };
    const host = file({ base_model: 'acme/base', cost, last_updated: '2026-04-05' });
    const result = convertModelsDev([host], {}, new Map([['acme/base', base]]));
    expect(byId(result, 'mistralai/m')).toMatchObject({
      displayName: 'Base',
      contextWindowTokens: 500,
      prices: { inputUsdPerMTok: 0.15, asOf: '2026-04-05' },
    });
    const unpriced = convertModelsDev(
      [file({ base_model: 'acme/base' })],
      {},
      new Map([['acme/base', base]]),
    );
    expect(reasons(unpriced)).toEqual({ 'mistral/m': 'no input price' });
  });

  it('only updates prices where no window is known', () => {
    const result = convertModelsDev([file({ base_model: 'acme/nowhere', cost })]);
    expect(result.models).toEqual([]);
    expect(result.priceUpdates).toMatchObject([
      { key: 'mistral/m', id: 'mistralai/m', prices: { inputUsdPerMTok: 0.15 } },
    ]);
  });

  it('reads tiers of both forms', () => {
    const tier = { input: 0.3, output: 1.2 };
    const expected = [{ abovePromptTokens: 200_000, inputUsdPerMTok: 0.3, outputUsdPerMTok: 1.2 }];
    for (const steps of [{ tiers: [{ ...tier, tier: { size: 200_000 } }] }, { context_over_200k: tier }]) {
      const result = convertModelsDev([file({ ...full, cost: { ...cost, ...steps } })]);
      expect(byId(result, 'mistralai/m')?.prices?.tiers).toEqual(expected);
    }
  });

  it('names the file whose content is wrong', () => {
    expect(reasons(convertModelsDev([file({ ...full, limit: { context: 1.5 } })]))).toEqual({
      'mistral/m': 'context: 1.5 is not a whole number of tokens',
    });
  });
});

describe("genai-prices' data", () => {
  const data = readJson('test/fixtures/prices/genai-prices.json');

  it('turns steps into tiers, and thousands of requests into one', () => {
    expect(byId(convertGenaiPrices(data), 'xai/stepped')?.prices).toEqual({
      inputUsdPerMTok: 1.25,
      outputUsdPerMTok: 10,
      perRequestUsd: 0.005,
      tiers: [{ abovePromptTokens: 200_000, inputUsdPerMTok: 2.5, outputUsdPerMTok: 15 }],
      source: 'genai-prices:x-ai/stepped',
    });
  });

  it('asks when the list was read before it takes a dated price', () => {
    const input = (asOf?: string) =>
      byId(convertGenaiPrices(data, asOf === undefined ? {} : { asOf }), 'xai/dated')?.prices
        ?.inputUsdPerMTok;
    expect(input('2026-08-31')).toBe(2);
    expect(input('2026-09-01')).toBe(3);
    expect(input()).toBeUndefined();
    expect(reasons(convertGenaiPrices(data))['x-ai/dated']).toMatch(/say when the list was read/);
  });

  it('takes the dearest of prices by the hour, as a price update where there is no window', () => {
    expect(convertGenaiPrices(data).priceUpdates).toMatchObject([
      { id: 'xai/night', prices: { inputUsdPerMTok: 0.2, outputUsdPerMTok: 1 } },
    ]);
  });

  it('leaves out what is not for text, and what has no price', () => {
    expect(reasons(convertGenaiPrices(data, { asOf: '2026-01-01' }))).toEqual({
      'x-ai/words-embedding': 'is not for text generation, by its name',
      'x-ai/given-away': 'no input price',
    });
  });
});

describe('a selection', () => {
  const all = convertLitellm(readJson('test/fixtures/prices/litellm.json'));
  const none = { providers: [], globs: [], renames: new Map<string, ModelId>() };
  const ids = (result: ImportResult) => result.models.map(({ model }) => model.id);

  it('is by provider, as the list or the registry names it, and by glob over id or key', () => {
    expect(ids(selectEntries(all, none))).toEqual(['acme/acme-large', 'google/tiny']);
    expect(ids(selectEntries(all, { ...none, providers: ['google'] }))).toEqual(['google/tiny']);
    expect(ids(selectEntries(all, { ...none, providers: ['gemini'] }))).toEqual(['google/tiny']);
    expect(ids(selectEntries(all, { ...none, globs: ['*/acme-*', 'nothing'] }))).toEqual(['acme/acme-large']);
  });

  it('renames by key, and the provider follows', () => {
    const renamed = selectEntries(all, {
      ...none,
      renames: new Map([['gemini/tiny', 'me/mine' as ModelId]]),
    });
    expect(byId(renamed, 'me/mine')).toMatchObject({
      provider: 'me',
      prices: { source: 'litellm:gemini/tiny' },
    });
  });
});
