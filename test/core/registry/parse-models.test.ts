import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelEtag, modelsFileText, modelToJson } from '../../../src/core/registry/model-to-json.js';
import type { ModelEntry } from '../../../src/core/registry/parse-models.js';
import { CAPABILITIES, LIFECYCLES, MODALITIES, MODEL_STATUSES } from '../../../src/core/registry/model.js';
import { entry, faultsOf, parse, readJson } from './fixture.js';

describe('a models file', () => {
  it('fills in what an entry leaves out, and freezes it to the bottom', () => {
    const parsed = parse({ models: [entry()] });
    if (!parsed.ok) throw new Error('refused');
    expect(parsed.value[0]).toMatchObject({
      status: 'active',
      lifecycle: 'stable',
      outputModalities: ['text'],
      capabilities: [],
      aliases: [],
    });
    expect(Object.isFrozen(parsed.value)).toBe(true);
    expect(Object.isFrozen(parsed.value[0]?.prices)).toBe(true);
    expect(Object.isFrozen(parsed.value[0]?.tags)).toBe(true);
  });

  it('names every fault at once, those of shape and those of meaning, each at its path', () => {
    const faults = faultsOf(
      entry({ statsu: 'active', contextWindowTokens: 'many' }),
      entry({ id: 'acme/two', maxOutputTokens: 9000, prices: undefined }),
    );
    expect(faults).toEqual([
      'models[0].statsu: is not a known field (did you mean "status"?)',
      'models[0].contextWindowTokens: must be integer, not a string',
      'models[1].maxOutputTokens: 9000 tokens do not fit into the context window of 8000',
      'models[1].prices: is missing, and unknown is never free (add prices, or write "unpriced": true)',
    ]);
  });

  it('suggests the word that was meant', () => {
    expect(faultsOf(entry({ capabilities: ['jsonschema'], max_output_tokens: 5 }))).toEqual([
      'models[0].max_output_tokens: is not a known field (did you mean "maxOutputTokens"?)',
      expect.stringMatching(
        /^models\[0\]\.capabilities\[0\]: "jsonschema" is not one of .*\(did you mean "json_schema"\?\)$/,
      ),
    ]);
  });

  it('says what is required, and refuses what is no object at all', () => {
    expect(faultsOf({})).toContain('models[0].id: is required');
    expect(parse(null)).toMatchObject({ ok: false, faults: [{ file: 'models.json', path: '$' }] });
    expect(parse({})).toMatchObject({ ok: false, faults: [{ path: 'models', reason: 'is required' }] });
  });

  it('wants provider/name, with the provider that the entry names', () => {
    expect(faultsOf(entry({ id: 'acme/x/y' }))).toEqual([]);
    expect(faultsOf(entry({ id: 'other/one' }))).toEqual([
      'models[0].id: begins with "other", but the provider is "acme" (write "acme/one" or change the provider)',
    ]);
    expect(faultsOf(entry({ id: 'one' }))).toHaveLength(1);
  });

  it('lets a name be used once among ids and aliases', () => {
    const faults = faultsOf(
      entry({ aliases: ['best'] }),
      entry({ aliases: ['other'] }),
      entry({ id: 'acme/two', aliases: ['best', 'acme/one'] }),
    );
    expect(faults).toEqual([
      'models[1].id: "acme/one" is already the name at models[0].id',
      'models[2].aliases[0]: "best" is already the name at models[0].aliases[0]',
      'models[2].aliases[1]: "acme/one" is already the name at models[0].id',
    ]);
  });
});

it('the schema offers an editor the same words as the code', () => {
  const schema = JSON.stringify(readJson('rules/schema/models.schema.json'));
  for (const words of [CAPABILITIES, LIFECYCLES, MODALITIES, MODEL_STATUSES]) {
    expect(schema).toContain(`"enum":${JSON.stringify(words)}`);
  }
});

describe('prices', () => {
  const priced = (changes: object) =>
    faultsOf(entry({ prices: { inputUsdPerMTok: 1, outputUsdPerMTok: 2, ...changes } }));

  it('tell US dollars per token from per million, and say what to write', () => {
    expect(priced({ inputUsdPerMTok: 0.0000025 })).toEqual([
      'models[0].prices.inputUsdPerMTok: 0.0000025 looks like US dollars per token, not per million tokens (multiply by 1,000,000: 2.5)',
    ]);
    expect(priced({ outputUsdPerMTok: 20_000 })).toHaveLength(1);
  });

  it('are never negative, infinite or not a number', () => {
    for (const price of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(priced({ outputUsdPerMTok: price })).toHaveLength(1);
    }
  });

  it('may ask more for writing a cache, and never more for reading one', () => {
    expect(priced({ cacheWriteUsdPerMTok: 1.25 })).toEqual([]);
    expect(priced({ cachedInputUsdPerMTok: 1.25 })).toEqual([
      'models[0].prices.cachedInputUsdPerMTok: 1.25 is above the input price 1: reading a cache never costs more',
    ]);
  });

  it('take a discount as a share', () => {
    expect(priced({ batchDiscount: 0.5 })).toEqual([]);
    expect(priced({ batchDiscount: 1 })).toHaveLength(1);
    expect(priced({ batchDiscount: 50 })).toHaveLength(1);
  });

  it('ascend by tier', () => {
    const tier = (abovePromptTokens: number) => ({
      abovePromptTokens,
      inputUsdPerMTok: 2,
      outputUsdPerMTok: 3,
    });
    expect(priced({ tiers: [tier(1000), tier(2000)] })).toEqual([]);
    expect(priced({ tiers: [tier(2000), tier(2000)] })).toEqual([
      'models[0].prices.tiers[1].abovePromptTokens: 2000 does not ascend from 2000',
    ]);
  });

  it('are in US dollars, and other currencies are refused with what to do', () => {
    expect(priced({ currency: 'USD' })).toEqual([]);
    expect(priced({ currency: 'EUR' })).toEqual([
      expect.stringMatching(/^models\[0\]\.prices\.currency: prices in EUR are not taken.*US dollars/),
    ]);
  });

  it('have a date each where there is a schedule, and each date once', () => {
    const row = (from: string) => ({ from, inputUsdPerMTok: 2, outputUsdPerMTok: 3 });
    expect(priced({ from: '2026-01-01', schedule: [row('2025-01-01'), row('2026-06-01')] })).toEqual([]);
    expect(priced({ schedule: [row('2025-01-01')] })).toEqual([
      expect.stringMatching(/^models\[0\]\.prices\.from: is missing/),
    ]);
    expect(priced({ from: '2025-01-01', schedule: [row('2025-01-01')] })).toEqual([
      'models[0].prices.schedule[0].from: 2025-01-01 is already the date of models[0].prices.from',
    ]);
    expect(
      priced({ from: '2026-01-01', schedule: [{ ...row('2025-01-01'), batchDiscount: 2 }] }),
    ).toHaveLength(1);
    expect(priced({ from: '2026-13-01' })).toHaveLength(1);
  });

  it('are there, or are said to be unknown, and not both', () => {
    expect(faultsOf(entry({ prices: undefined, unpriced: true }))).toEqual([]);
    expect(faultsOf(entry({ prices: undefined, unpriced: false }))).toHaveLength(1);
    expect(faultsOf(entry({ unpriced: true }))).toEqual([
      'models[0].unpriced: is true on a model that has prices',
    ]);
  });

  it('name a date that exists', () => {
    expect(priced({ asOf: '2026-02-28' })).toEqual([]);
    expect(priced({ asOf: '2026-02-30' })).toHaveLength(1);
  });
});

describe('properties', () => {
  it('parsing never throws, whatever was parsed from JSON', () => {
    const wild = fc.oneof(fc.jsonValue(), fc.record({ models: fc.array(fc.jsonValue()) }));
    fc.assert(fc.property(wild, (value) => typeof parse(value).ok === 'boolean'));
  });

  it('one broken field is refused or harmless, never thrown at', () => {
    const field = fc.constantFrom(...Object.keys(entry()), 'tags', 'aliases', 'unpriced', 'rateLimits');
    fc.assert(
      fc.property(
        field,
        fc.jsonValue(),
        (name, value) => typeof parse({ models: [entry({ [name]: value })] }).ok === 'boolean',
      ),
    );
  });

  it('what is written reads back as it was, with the same etag', () => {
    const price = fc.integer({ min: 100_000, max: 1_000_000_000 }).map((nano) => nano / 1e9);
    const label = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const written = fc.record(
      {
        lifecycle: fc.constantFrom('preview', 'stable', 'deprecated'),
        capabilities: fc.subarray(['tools', 'json_schema', 'streaming']),
        tags: fc.uniqueArray(label),
        regions: fc.uniqueArray(label),
        prices: fc.record({ inputUsdPerMTok: price, outputUsdPerMTok: price }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(written, (changes) => {
        const first = parse({ models: [entry(changes)] });
        if (!first.ok) throw new Error(JSON.stringify(first.faults));
        const again = parse(JSON.parse(modelsFileText(first.value)));
        expect(again).toEqual(first);
        expect(modelEtag(first.value[0] as ModelEntry)).toBe(
          modelEtag(entry(changes) as unknown as ModelEntry),
        );
      }),
    );
  });

  it('defaults are left out of what is written', () => {
    expect(
      modelToJson(
        entry({
          status: 'active',
          tags: [],
          outputModalities: ['text'],
          unpriced: false,
        }) as unknown as ModelEntry,
      ),
    ).toEqual(entry());
  });
});
