import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Modality, ModelOrigin, ModelStatus, type Model } from '../../src/gen/sextant/v1/model.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  server = await startServer();
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

const FILE_MODEL = 'openai/gpt-4.1-mini';

const draft = (id: string, over: Partial<Model> = {}) => ({
  id,
  displayName: 'Acme Large',
  inputModalities: [Modality.TEXT],
  outputModalities: [Modality.TEXT],
  capabilities: ['tools', 'streaming', 'system_prompt'],
  contextWindowTokens: 100_000n,
  maxOutputTokens: 4_000n,
  prices: {
    inputNanoUsdPerMtok: 100_000_000n,
    outputNanoUsdPerMtok: 400_000_000n,
    asOf: '2026-01-01',
    source: 'test',
  },
  ...over,
});

async function allModels(pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  let pageToken = '';
  do {
    const page = await sextant.listModels({ pageSize, pageToken });
    expect(page.models.length).toBeLessThanOrEqual(pageSize);
    ids.push(...page.models.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

describe('a model made by RPC', () => {
  test('is created, found by id and alias, changed by mask, and deleted', async () => {
    const { model: created } = await sextant.createModel({
      model: draft('acme/large', { aliases: ['acme/l'] }),
    });
    expect(created).toMatchObject({ provider: 'acme', origin: ModelOrigin.RPC, status: ModelStatus.ACTIVE });
    expect((await sextant.getModel({ id: 'acme/l' })).model).toEqual(created);

    const { model: changed } = await sextant.updateModel({
      model: { id: 'acme/large', displayName: 'ignored', status: ModelStatus.DRAINING, etag: created!.etag },
      updateMask: ['status'],
    });
    expect(changed).toMatchObject({ displayName: 'Acme Large', status: ModelStatus.DRAINING });
    expect(changed!.etag).not.toBe(created!.etag);
    expect((await sextant.getModel({ id: 'acme/large' })).model).toEqual(changed);

    await sextant.deleteModel({ id: 'acme/large', etag: changed!.etag });
    expect(await refusalOf(sextant.getModel({ id: 'acme/large' }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'UNKNOWN_MODEL',
    });
  });

  test('is not changed on a stale etag', async () => {
    const { model } = await sextant.createModel({ model: draft('acme/etag') });
    const rename = (displayName: string) =>
      sextant.updateModel({
        model: { id: 'acme/etag', displayName, etag: model!.etag },
        updateMask: ['display_name'],
      });
    const [first, second] = await Promise.allSettled([rename('A'), rename('B')]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    const stale = { code: 'ABORTED', reason: 'STALE_ETAG' };
    expect(await refusalOf(rename('C'))).toMatchObject(stale);
    expect(await refusalOf(sextant.deleteModel({ id: 'acme/etag', etag: model!.etag }))).toMatchObject(stale);
    expect((await sextant.getModel({ id: 'acme/etag' })).model!.displayName).toBe('A');
    await sextant.deleteModel({ id: 'acme/etag' });
  });

  test('is not changed by a mask with a field that callers may not set', async () => {
    const { model } = await sextant.createModel({ model: draft('acme/mask') });
    const updateMask = ['display_name', 'etag', 'prices.input'];
    const refusal = await refusalOf(
      sextant.updateModel({ model: { id: 'acme/mask', displayName: 'X' }, updateMask }),
    );
    expect(refusal.fields).toEqual(['update_mask.paths[1]', 'update_mask.paths[2]']);
    expect((await sextant.getModel({ id: 'acme/mask' })).model).toEqual(model);
    await sextant.deleteModel({ id: 'acme/mask' });
  });

  test('is only checked with validate_only', async () => {
    const { model } = await sextant.createModel({ model: draft('acme/dry'), validateOnly: true });
    expect(model!.etag).not.toBe('');
    expect((await refusalOf(sextant.getModel({ id: 'acme/dry' }))).code).toBe('NOT_FOUND');
    const refusal = await refusalOf(sextant.createModel({ model: { id: 'acme' }, validateOnly: true }));
    expect(refusal.code).toBe('INVALID_ARGUMENT');
    expect(refusal.fields).toContain('model.context_window_tokens');
  });

  test('takes no name that a model has already', async () => {
    const taken = { code: 'ALREADY_EXISTS', reason: 'MODEL_EXISTS' };
    expect(await refusalOf(sextant.createModel({ model: draft(FILE_MODEL) }))).toMatchObject(taken);
    expect(
      await refusalOf(sextant.createModel({ model: draft('acme/x', { aliases: [FILE_MODEL] }) })),
    ).toMatchObject(taken);
    // One of many that create the same at once gets it.
    const attempts = Array.from({ length: 8 }, () => sextant.createModel({ model: draft('acme/race') }));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await sextant.deleteModel({ id: 'acme/race' });
  });

  test('names every wrong field, in the words of the contract', async () => {
    const prices = { inputNanoUsdPerMtok: -1n, outputNanoUsdPerMtok: 1n, asOf: '2026-01-01', source: 'test' };
    const wrong = draft('no slash', {
      capabilities: ['telepathy'],
      contextWindowTokens: 0n,
      maxOutputTokens: -1n,
    });
    const { fields } = await refusalOf(sextant.createModel({ model: { ...wrong, prices } }));
    expect(fields).toEqual(
      expect.arrayContaining([
        'model.id',
        'model.capabilities[0]',
        'model.context_window_tokens',
        'model.max_output_tokens',
        'model.prices.input_nano_usd_per_mtok',
      ]),
    );
  });
});

test('a model from rules/models.json is read-only here, and the refusal says where to change it', async () => {
  const readOnly = { code: 'FAILED_PRECONDITION', reason: 'MODEL_READ_ONLY' };
  const rename = sextant.updateModel({
    model: { id: FILE_MODEL, displayName: 'Mine' },
    updateMask: ['display_name'],
  });
  const refusal = await refusalOf(rename);
  expect(refusal).toMatchObject(readOnly);
  expect(refusal.message).toContain('rules/models.json');
  expect(await refusalOf(sextant.deleteModel({ id: FILE_MODEL }))).toMatchObject(readOnly);
  expect((await sextant.getModel({ id: FILE_MODEL })).model!.origin).toBe(ModelOrigin.FILE);
});

describe('the list of models', () => {
  test('is the same by pages of any size, ascending by id', async () => {
    const whole = await allModels(1_000);
    expect(whole.length).toBeGreaterThan(60);
    expect(whole).toEqual([...whole].sort());
    expect(await allModels(7)).toEqual(whole);
    expect((await sextant.listModels({ pageSize: 1 })).totalSize).toBe(whole.length);
  });

  test('is filtered by what a model has', async () => {
    const { models, totalSize } = await sextant.listModels({
      filter: {
        allOf: ['tools'],
        noneOf: ['tag:tier:economy'],
        providers: ['openai', 'amazon'],
        minContextWindowTokens: 200_000n,
      },
    });
    expect(totalSize).toBe(models.length);
    expect(models.length).toBeGreaterThan(0);
    for (const { provider, capabilities, tags, contextWindowTokens } of models) {
      expect(['openai', 'amazon']).toContain(provider);
      expect(capabilities).toContain('tools');
      expect(tags).not.toContain('tier:economy');
      expect(contextWindowTokens).toBeGreaterThanOrEqual(200_000n);
    }
  });

  test('is filtered by status', async () => {
    await sextant.createModel({ model: draft('acme/off', { status: ModelStatus.DISABLED }) });
    const { models } = await sextant.listModels({ statuses: [ModelStatus.DISABLED] });
    expect(models.map(({ id }) => id)).toEqual(['acme/off']);
  });
});

test('a model made by RPC survives a restart with its etag, and takes requests at once', async () => {
  const { model } = await sextant.createModel({ model: draft('acme/kept', { tags: ['mine'] }) });
  sextant.close();
  await server.restart();
  sextant = connect(server.address);
  expect((await sextant.getModel({ id: 'acme/kept' })).model).toEqual(model);
  const { choice } = await sextant.select({ ...ask('kept'), requirements: { allOf: ['tag:mine'] } });
  expect(choice!.model).toBe('acme/kept');
});

test('every change is in the log, with who made it', () => {
  const audited = server.logs.filter(({ audit }) => audit === true);
  expect(audited.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['model created', 'model updated', 'model deleted']),
  );
  for (const { principal, model } of audited.filter(({ msg }) => msg.startsWith('model ')))
    expect([principal, typeof model]).toEqual(['anonymous', 'string']);
});
