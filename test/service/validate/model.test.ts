import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import type { Model } from '../../../src/core/registry/model.js';
import type { Lifecycle } from '../../../src/gen/sextant/v1/model.js';
import { Modality, Model as WireModel, ModelStatus } from '../../../src/gen/sextant/v1/model.js';
import { encodeModel } from '../../../src/service/encode/model.js';
import { changedModel, decodeModel, MUTABLE_FIELDS } from '../../../src/service/validate/model.js';
import { refusesProperly, violationsOf } from '../../builders/violations.js';
import { model } from '../../core/registry/fixture.js';

const SCHEMA = POLICY_CHECKS.models;
type Draft = Parameters<typeof WireModel.fromPartial>[0];
type Prices = NonNullable<Draft['prices']>;
const GOOD: Draft = {
  id: 'acme/one',
  inputModalities: [Modality.TEXT],
  contextWindowTokens: 8000n,
  maxOutputTokens: 1000n,
  prices: { inputNanoUsdPerMtok: 1_000_000_000n, outputNanoUsdPerMtok: 2_000_000_000n },
};
const wire = (changes: Draft): WireModel => WireModel.fromPartial({ ...GOOD, ...changes });
const faultsOf = (changes: Draft): string[] => violationsOf(() => decodeModel(wire(changes), SCHEMA));
const onWire = (entry: Model): WireModel =>
  encodeModel({ model: entry, origin: 'rpc', armId: 1 as never, etag: 'e' });

const FULL = model('acme/full', {
  displayName: 'Full',
  family: 'fam',
  status: 'draining',
  lifecycle: 'preview',
  inputModalities: ['text', 'image'],
  outputModalities: ['text'],
  capabilities: ['tools', 'streaming'],
  prices: {
    inputUsdPerMTok: 3,
    outputUsdPerMTok: 15,
    cachedInputUsdPerMTok: 0.3,
    cacheWriteUsdPerMTok: 3.75,
    cacheWrite1hUsdPerMTok: 6,
    reasoningUsdPerMTok: 15,
    audioInputUsdPerMTok: 32,
    audioOutputUsdPerMTok: 64,
    imageInputUsdPerMTok: 5,
    imageOutputUsdPerMTok: 40,
    perRequestUsd: 0.01,
    perToolCallUsd: 0.03,
    batchDiscount: 0.5,
    tiers: [
      {
        abovePromptTokens: 4000,
        inputUsdPerMTok: 6,
        outputUsdPerMTok: 22.5,
        cachedInputUsdPerMTok: 0.6,
        cacheWriteUsdPerMTok: 7.5,
        cacheWrite1hUsdPerMTok: 12,
      },
    ],
    from: '2025-01-01',
    schedule: [{ from: '2024-05-01', inputUsdPerMTok: 5, outputUsdPerMTok: 25, batchDiscount: 0.25 }],
    asOf: '2025-01-01',
    source: 'test',
  },
  rateLimits: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
  tokenCounting: {
    image: { kind: 'tiles', tilePx: 512, tokensPerTile: 170, baseTokens: 85, maxSidePx: 2048 },
    audioTokensPerSecond: 25,
    toolsBaseTokens: 346,
    tokensPerTool: 40,
  },
  regions: ['eu'],
  dataPolicies: ['no_training'],
  languages: ['de'],
  tags: ['tier:premium'],
  aliases: ['acme/best'],
});

describe('a model from the wire', () => {
  it('is checked and completed as one of the file is', () => {
    expect(decodeModel(wire({}), SCHEMA)).toEqual(model('acme/one', { displayName: 'acme/one' }));
  });

  it('comes back as it was sent, with every field set', () => {
    expect(decodeModel(onWire(FULL), SCHEMA)).toEqual(FULL);
    const sent = WireModel.decode(WireModel.encode(onWire(FULL)).finish());
    expect(decodeModel(sent, SCHEMA)).toEqual(FULL);
  });

  it('is required', () => {
    expect(violationsOf(() => decodeModel(undefined, SCHEMA))).toEqual(['model']);
  });

  it('is told every violation at once, by the names of the contract', () => {
    const faults = faultsOf({
      id: 'no-slash',
      status: 9 as ModelStatus,
      lifecycle: -1 as Lifecycle,
      inputModalities: [Modality.TEXT, Modality.TEXT, 42 as Modality],
      capabilities: ['telepathy'],
      contextWindowTokens: 100n,
      maxOutputTokens: 1000n,
      prices: {
        inputNanoUsdPerMtok: -1n,
        outputNanoUsdPerMtok: 1n,
        cachedInputNanoUsdPerMtok: 5_000_000_000n,
        batchDiscount: NaN,
      },
    });
    for (const path of [
      'model.id',
      'model.status',
      'model.lifecycle',
      'model.input_modalities[1]',
      'model.input_modalities[2]',
      'model.capabilities[0]',
      'model.max_output_tokens',
      'model.prices.input_nano_usd_per_mtok',
      'model.prices.output_nano_usd_per_mtok',
      'model.prices.batch_discount',
    ]) {
      expect(faults).toContain(path);
    }
  });

  it.each<[string, Draft, string]>([
    ['an empty id', { id: '' }, 'model.id'],
    ['an id without a name', { id: 'acme/' }, 'model.id'],
    ['no input', { inputModalities: [] }, 'model.input_modalities'],
    ['a window of 0', { contextWindowTokens: 0n }, 'model.context_window_tokens'],
    ['an output above the window', { maxOutputTokens: 8001n }, 'model.max_output_tokens'],
    ['neither prices nor unpriced', { prices: undefined }, 'model.prices'],
    ['prices and unpriced', { unpriced: true }, 'model.unpriced'],
    ['an alias twice', { aliases: ['acme/a', 'acme/a'] }, 'model.aliases'],
    ['its own id for an alias', { aliases: ['acme/one'] }, 'model.aliases[0]'],
  ])('with %s is refused', (_name, changes, path) => {
    expect(faultsOf(changes)).toContain(path);
  });

  it.each<[string, Prices, string[]]>([
    ['neither price', {}, ['model.prices.input_nano_usd_per_mtok', 'model.prices.output_nano_usd_per_mtok']],
    [
      'no price of output',
      { inputNanoUsdPerMtok: 1_000_000_000n },
      ['model.prices.output_nano_usd_per_mtok'],
    ],
    [
      'a price of input of 0',
      { inputNanoUsdPerMtok: 0n, outputNanoUsdPerMtok: 1_000_000_000n },
      ['model.prices.input_nano_usd_per_mtok'],
    ],
    [
      'a tier without prices',
      { ...GOOD.prices, tiers: [{ abovePromptTokens: 4000n }] },
      ['model.prices.tiers[0].input_nano_usd_per_mtok', 'model.prices.tiers[0].output_nano_usd_per_mtok'],
    ],
    [
      'a later row without a price of output',
      {
        ...GOOD.prices,
        from: '2026-01-01',
        schedule: [{ from: '2027-01-01', inputNanoUsdPerMtok: 1_000_000_000n }],
      },
      ['model.prices.schedule[0].output_nano_usd_per_mtok'],
    ],
  ])('with %s is not taken for free', (_name, prices, paths) => {
    expect(faultsOf({ prices })).toEqual(paths);
  });

  it('is free where it is said to be, and comes back as free', () => {
    const free = {
      inputUsdPerMTok: 0,
      outputUsdPerMTok: 0,
      perRequestUsd: 0.01,
      tiers: [{ abovePromptTokens: 4000, inputUsdPerMTok: 1, outputUsdPerMTok: 0 }],
    };
    const prices = {
      freeTokens: true,
      perRequestNanoUsd: 10_000_000n,
      tiers: [{ abovePromptTokens: 4000n, inputNanoUsdPerMtok: 1_000_000_000n, freeTokens: true }],
    };
    const taken = decodeModel(wire({ prices }), SCHEMA);
    expect(taken.prices).toEqual(free);
    expect(decodeModel(onWire(taken), SCHEMA)).toEqual(taken);
  });

  it('is a model or a SextantError, never another error', () => {
    const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const texts = fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 });
    const anyModel = fc.record(
      {
        id: fc.oneof(fc.string(), fc.constant('acme/one')),
        status: fc.integer(),
        inputModalities: fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 4 }),
        capabilities: texts,
        contextWindowTokens: whole,
        maxOutputTokens: whole,
        prices: fc.record({
          inputNanoUsdPerMtok: whole,
          outputNanoUsdPerMtok: whole,
          batchDiscount: fc.double(),
        }),
        rateLimits: fc.record({ requestsPerMinute: whole }),
        regions: texts,
        aliases: texts,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyModel, (draft) => {
        refusesProperly(() => decodeModel(WireModel.fromPartial(draft), SCHEMA));
      }),
      { numRuns: 300 },
    );
  });
});

describe('an update', () => {
  const update = (changes: Draft, mask?: string[]): Model => changedModel(FULL, wire(changes), mask, SCHEMA);

  it('changes the masked fields alone', () => {
    const after = update({ status: ModelStatus.ACTIVE, tags: ['x'], displayName: 'Other' }, [
      'status',
      'tags',
    ]);
    expect(after).toEqual({ ...FULL, status: 'active', tags: ['x'] });
  });

  it('of the prices names those that are not there', () => {
    const prices = { inputNanoUsdPerMtok: 1_000_000_000n };
    expect(violationsOf(() => update({ prices }, ['prices']))).toEqual([
      'model.prices.output_nano_usd_per_mtok',
    ]);
  });

  it('clears a masked field that the request leaves out', () => {
    expect(update({}, ['tags', 'family'])).toEqual({
      ...model('acme/full', { ...FULL, tags: [] }),
      family: undefined,
    });
  });

  it('without a mask replaces every field that may change, and neither id nor provider', () => {
    const after = update({ id: 'other/name' });
    expect(after).toMatchObject({
      id: 'acme/full',
      provider: 'acme',
      status: 'active',
      tags: [],
      regions: [],
    });
  });

  it('refuses a mask that names what cannot change, at its place', () => {
    expect(violationsOf(() => update({}, ['tags', 'id', 'etag', 'prices.tiers']))).toEqual([
      'update_mask.paths[1]',
      'update_mask.paths[2]',
      'update_mask.paths[3]',
    ]);
  });

  it('knows every field of a model but its id, provider and what the server sets', () => {
    const kept = ['id', 'provider', 'etag', 'origin', 'update_time', 'arm_id'];
    const fields = Object.keys(onWire(FULL)).map((name) =>
      name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    );
    expect([...MUTABLE_FIELDS].sort()).toEqual(fields.filter((field) => !kept.includes(field)).sort());
  });
});
