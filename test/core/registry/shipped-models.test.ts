import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PRICE_LISTS, readPriceList } from '../../../src/cli/price-list-files.js';
import { modelsFileText } from '../../../src/core/registry/model-to-json.js';
import type { Model, Prices } from '../../../src/core/registry/model.js';
import { parse, readJson } from './fixture.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PRICES = join(process.env['SEXTANT_DATA'] ?? join(ROOT, '../shared/data'), 'prices');
const LIST_PATHS = {
  litellm: 'litellm/model_prices.json',
  'models.dev': 'models.dev/providers',
  'genai-prices': 'genai-prices/data.json',
} as const;

function shipped(): readonly Model[] {
  const parsed = parse(readJson('rules/models.json'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

interface Listed {
  readonly prices: Prices | undefined;
  /** Absent where the list gives a price and no window. */
  readonly limits?: readonly [contextWindowTokens: number, maxOutputTokens: number];
}

async function listed(): Promise<Map<string, Listed>> {
  const bySource = new Map<string, Listed>();
  for (const list of PRICE_LISTS) {
    const { models, priceUpdates } = await readPriceList(list, join(PRICES, LIST_PATHS[list]), {});
    for (const { key, prices } of priceUpdates) bySource.set(`${list}:${key}`, { prices });
    for (const { key, model } of models) {
      const limits = [model.contextWindowTokens, model.maxOutputTokens] as const;
      bySource.set(`${list}:${key}`, { prices: model.prices, limits });
    }
  }
  return bySource;
}

describe('the models that are shipped', () => {
  it('are at least forty of at least eight providers, some of them deprecated', () => {
    const models = shipped();
    expect(models.length).toBeGreaterThanOrEqual(40);
    expect(new Set(models.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(8);
    expect(models.filter(({ lifecycle }) => lifecycle === 'deprecated').length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['google/gemini-2.5-flash', 0.3, 2.5],
    ['google/gemini-2.5-pro', 1.25, 10],
    ['meta-llama/llama-3.1-8b-instruct', 0.03, 0.05],
    ['mistralai/mistral-large-2512', 0.5, 1.5],
  ])('hold %s at %d and %d USD per million tokens', (id, inputUsdPerMTok, outputUsdPerMTok) => {
    expect(shipped().find((model) => model.id === id)?.prices).toMatchObject({
      inputUsdPerMTok,
      outputUsdPerMTok,
    });
  });

  it('all stream, have a price tier and say where their price is from', () => {
    for (const model of shipped()) {
      expect(model.capabilities, model.id).toContain('streaming');
      expect(
        model.tags.filter((tag) => tag.startsWith('tier:')),
        model.id,
      ).toHaveLength(1);
      expect(model.prices?.source, model.id).toMatch(/^(litellm|models\.dev|genai-prices):/);
    }
  });

  it('are written as an import writes them', () => {
    expect(readFileSync(join(ROOT, 'rules/models.json'), 'utf8')).toBe(modelsFileText(shipped()));
  });

  it.skipIf(!existsSync(PRICES))(
    'have the prices and windows of their source (skipped where SEXTANT_DATA has no price lists)',
    async () => {
      const bySource = await listed();
      for (const { id, prices, contextWindowTokens, maxOutputTokens } of shipped()) {
        const source = bySource.get(prices?.source ?? '');
        // No list has the price of a write for an hour: it is Anthropic's, twice the input.
        const { cacheWrite1hUsdPerMTok, ...ofList } = prices!;
        expect(ofList, id).toEqual(source?.prices);
        if (cacheWrite1hUsdPerMTok !== undefined) {
          expect(cacheWrite1hUsdPerMTok, id).toBeCloseTo(2 * ofList.inputUsdPerMTok, 9);
        }
        const limits = [contextWindowTokens, maxOutputTokens];
        expect(limits, id).toEqual(source?.limits ?? limits);
      }
    },
  );
});
