import { describe, expect, it } from 'vitest';
import type { ImportResult } from '../../../src/core/registry/import/entry.js';
import { mergeModels } from '../../../src/core/registry/import/merge.js';
import type { Model, ModelId, Prices } from '../../../src/core/registry/model.js';
import { modelsFileText } from '../../../src/core/registry/model-to-json.js';
import { model, parse } from './fixture.js';

function prices(source: string, input = 1): Prices {
  return { inputUsdPerMTok: input, outputUsdPerMTok: 2, source };
}

function listed(...models: Model[]): ImportResult {
  return { models: models.map((one) => ({ key: one.id, model: one })), priceUpdates: [], skipped: [] };
}

const known = model('me/mine', {
  displayName: 'Mine',
  prices: { ...prices('list:them/theirs'), batchDiscount: 0.5 },
  capabilities: ['tools'],
  tags: ['loved'],
  regions: ['eu'],
  dataPolicies: ['no_training'],
  aliases: ['darling'],
});

describe('bringing known models up to date', () => {
  it('updates prices, windows and capabilities, and keeps what a person wrote', () => {
    const theirs = model('them/theirs', {
      displayName: 'Theirs',
      prices: prices('list:them/theirs', 3),
      contextWindowTokens: 9000,
      capabilities: ['reasoning'],
      lifecycle: 'deprecated',
      tags: ['tier:standard'],
    });
    const { models, changes } = mergeModels([known], listed(theirs));
    expect(models).toEqual([
      {
        ...known,
        prices: { ...prices('list:them/theirs', 3), batchDiscount: 0.5 },
        contextWindowTokens: 9000,
        capabilities: ['tools', 'reasoning'],
        lifecycle: 'deprecated',
      },
    ]);
    expect(changes).toMatchObject([{ id: 'me/mine', kind: 'updated' }]);
    expect(changes[0]?.fields).toContainEqual({ field: 'prices.inputUsdPerMTok', before: 1, after: 3 });
    expect(changes[0]?.fields).toContainEqual({ field: 'contextWindowTokens', before: 8000, after: 9000 });
  });

  it('leaves a model alone that is priced from another list, until told otherwise', () => {
    const other = listed(model('me/mine', { prices: prices('other:x', 7) }));
    expect(mergeModels([known], other)).toMatchObject({ models: [known], changes: [{ kind: 'left' }] });
    expect(mergeModels([known], other, { switchSource: true }).models[0]?.prices?.inputUsdPerMTok).toBe(7);
  });

  it('gives a model the entry it is priced from, not another one of its name', () => {
    const result = mergeModels(
      [known],
      listed(
        model('them/theirs', { prices: prices('list:them/theirs', 3) }),
        model('me/mine', { prices: prices('list:me/mine', 9) }),
      ),
    );
    expect(result.models).toHaveLength(1);
    expect(result.models[0]?.prices?.inputUsdPerMTok).toBe(3);
    expect(result.changes[1]).toMatchObject({ id: 'me/mine', kind: 'left' });
  });

  it('adds new models, unless only updates are wanted', () => {
    const fresh = listed(model('them/new', { prices: prices('list:new') }));
    expect(mergeModels([known], fresh).models.map(({ id }) => id)).toEqual(['me/mine', 'them/new']);
    expect(mergeModels([known], fresh, { updateOnly: true }).models).toEqual([known]);
  });

  it('prices a model that had no price, and keeps a price that a list lost', () => {
    const { prices: _, ...rest } = known;
    const update = { key: 'k', id: 'me/mine' as ModelId, prices: prices('list:k') };
    const priced = mergeModels([{ ...rest, unpriced: true }], {
      models: [],
      priceUpdates: [update],
      skipped: [],
    });
    expect(priced.models[0]).toMatchObject({ prices: { source: 'list:k' } });
    expect(priced.models[0]?.unpriced).toBeUndefined();
    const lost = model('darling/x', { unpriced: true });
    const { prices: __, ...unpriced } = { ...lost, id: 'me/mine' as ModelId };
    expect(mergeModels([known], listed(unpriced)).models[0]?.prices).toEqual(known.prices);
  });

  it('makes no model of a price alone', () => {
    const update = { key: 'k', id: 'them/new' as ModelId, prices: prices('list:k') };
    const result = mergeModels([known], { models: [], priceUpdates: [update], skipped: [] });
    expect(result).toMatchObject({ models: [known], changes: [{ id: 'them/new', kind: 'left' }] });
  });

  it('changes nothing the second time, and what it gives parses', () => {
    const list = listed(model('them/theirs', { prices: prices('list:them/theirs', 3) }), model('a/b'));
    const once = mergeModels([known], list).models;
    const twice = mergeModels(once, list);
    expect(twice.models).toEqual(once);
    expect(twice.changes.every(({ kind }) => kind === 'unchanged')).toBe(true);
    expect(parse(JSON.parse(modelsFileText(once)))).toMatchObject({ ok: true });
  });
});

describe('prices with dates', () => {
  const dated = model('me/dated', {
    prices: { ...prices('list:them/dated', 5), from: '2025-01-01', perToolCallUsd: 0.01 },
  });
  const merged = (input: number, asOf: string): Prices => {
    const theirs = model('them/dated', { prices: { ...prices('list:them/dated', input), asOf } });
    return mergeModels([dated], listed(theirs)).models[0]!.prices!;
  };

  it('begin on the list’s date, and the old ones go to the schedule', () => {
    expect(merged(3, '2026-02-01')).toEqual({
      inputUsdPerMTok: 3,
      outputUsdPerMTok: 2,
      perToolCallUsd: 0.01,
      from: '2026-02-01',
      schedule: [{ from: '2025-01-01', inputUsdPerMTok: 5, outputUsdPerMTok: 2, perToolCallUsd: 0.01 }],
      asOf: '2026-02-01',
      source: 'list:them/dated',
    });
  });

  it('stay as they were where the list has the same', () => {
    expect(merged(5, '2026-02-01')).toMatchObject({ from: '2025-01-01', inputUsdPerMTok: 5 });
    expect(merged(5, '2026-02-01').schedule).toBeUndefined();
  });
});
