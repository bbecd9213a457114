import { beforeEach, describe, expect, it } from 'vitest';
import type { Model, ModelId } from '../../src/core/registry/model.js';
import { ArmNumbers } from '../../src/runtime/arm-numbers.js';
import type { AuditLog } from '../../src/runtime/audit-log.js';
import { RegistryKeeper, type ChangeOptions } from '../../src/runtime/registry-keeper.js';
import { MemoryDocumentStore } from '../../src/store/memory/memory-document-store.js';
import { START_MS } from '../builders/learning.js';
import { actor, openTestAudit } from '../builders/runtime.js';
import { model } from '../core/registry/fixture.js';

const ANN = actor('ann');
const NOW: ChangeOptions = { validateOnly: false, nowMs: START_MS, actor: ANN };
const FILE = [model('acme/file', { aliases: ['acme/best'] })];
const id = (name: string): ModelId => name as ModelId;

let documents: MemoryDocumentStore;
let keeper: RegistryKeeper;
let audit: AuditLog;
let changes: number;

async function open(fileModels: readonly Model[] = FILE): Promise<RegistryKeeper> {
  audit = await openTestAudit({ documents });
  const opened = await RegistryKeeper.open({
    documents,
    audit,
    arms: await ArmNumbers.open(documents),
    policyVersion: () => 'v1',
    onChange: () => (changes += 1),
  });
  await opened.adopt(fileModels);
  return opened;
}
beforeEach(async () => {
  documents = new MemoryDocumentStore();
  changes = 0;
  keeper = await open();
});

const armOf = (name: string, of = keeper): number => of.registry.byId(id(name))!.armId;
const idsOf = (of = keeper): string[] => of.registry.list().map((entry) => entry.model.id);

describe('models made by RPC', () => {
  it('join those of the file, and are there after a reopen', async () => {
    await keeper.create(model('acme/new'), NOW);
    expect(idsOf()).toEqual(['acme/file', 'acme/new']);
    expect(changes).toBe(1);
    const again = await open();
    expect(again.registry.byId(id('acme/new'))).toEqual(keeper.registry.byId(id('acme/new')));
    expect(again.storedModel(id('acme/new'))).toMatchObject({ updateTimeMs: START_MS, revision: 1 });
  });

  it.each(['acme/file', 'acme/best'])('may not take the name %s', async (name) => {
    await expect(keeper.create(model(name), NOW)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    const alias = keeper.create(model('acme/other', { aliases: [name] }), NOW);
    await expect(alias).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    expect(idsOf()).toEqual(['acme/file']);
  });

  it('change by what the caller makes of them, with a new etag and revision', async () => {
    await keeper.create(model('acme/new'), NOW);
    const { etag } = keeper.registry.byId(id('acme/new'))!;
    await keeper.update(id('acme/new'), (before) => ({ ...before, status: 'draining' }), { ...NOW, etag });
    const entry = keeper.registry.byId(id('acme/new'))!;
    expect(entry.model.status).toBe('draining');
    expect(entry.etag).not.toBe(etag);
    expect((await open()).registry.byId(id('acme/new'))).toEqual(entry);
  });

  it('do not change under a stale etag, nor without a model', async () => {
    await keeper.create(model('acme/new'), NOW);
    const stale = { ...NOW, etag: 'other' };
    await expect(keeper.update(id('acme/new'), (m) => m, stale)).rejects.toMatchObject({
      code: 'STALE_ETAG',
    });
    await expect(keeper.delete(id('acme/new'), { actor: ANN, etag: 'other' })).rejects.toMatchObject({
      code: 'STALE_ETAG',
    });
    await expect(keeper.delete(id('acme/none'), { actor: ANN })).rejects.toMatchObject({
      code: 'UNKNOWN_MODEL',
    });
    expect(changes).toBe(1);
  });

  it('do not change when the caller throws on the way', async () => {
    await keeper.create(model('acme/new'), NOW);
    const refuse = (): Model => {
      throw new Error('no');
    };
    const thrown = keeper.update(id('acme/new'), refuse, NOW);
    await expect(thrown).rejects.toThrow('no');
    await keeper.create(model('acme/next'), NOW);
    expect(idsOf()).toEqual(['acme/file', 'acme/new', 'acme/next']);
  });

  it('only seem to change under validateOnly, but are checked in full', async () => {
    const dry = { ...NOW, validateOnly: true };
    expect((await keeper.create(model('acme/new'), dry)).model.id).toBe('acme/new');
    await expect(keeper.create(model('acme/best'), dry)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    expect(idsOf()).toEqual(['acme/file']);
    expect(changes).toBe(0);
    expect(await documents.list('model')).toEqual([]);
  });

  it('are gone when deleted, here and after a reopen', async () => {
    await keeper.create(model('acme/new'), NOW);
    await keeper.delete(id('acme/new'), { actor: ANN, etag: keeper.registry.byId(id('acme/new'))!.etag });
    expect(idsOf()).toEqual(['acme/file']);
    expect(idsOf(await open())).toEqual(['acme/file']);
  });
});

describe('the audit log', () => {
  const told = async () => (await audit.page({ tenant: 'acme' }, { limit: 10 })).entries;

  it('says who made, changed and deleted a model, with what was there before and after', async () => {
    await keeper.create(model('acme/new'), NOW);
    await keeper.update(id('acme/new'), (before) => ({ ...before, status: 'draining' }), NOW);
    await keeper.delete(id('acme/new'), { actor: actor('bob') });
    const entries = (await told()).map(({ action, actor: by, target, policyVersion, before, after }) => ({
      told: [action, by.name, target, policyVersion],
      statuses: [before, after].map((value) => value && (JSON.parse(value.json) as Model).status),
      ids: [before, after].map((value) => value && (JSON.parse(value.json) as Model).id),
    }));
    expect(entries).toEqual([
      {
        told: ['model deleted', 'bob', 'acme/new', 'v1'],
        statuses: ['draining', undefined],
        ids: ['acme/new', undefined],
      },
      {
        told: ['model updated', 'ann', 'acme/new', 'v1'],
        statuses: [undefined, 'draining'],
        ids: ['acme/new', 'acme/new'],
      },
      {
        told: ['model created', 'ann', 'acme/new', 'v1'],
        statuses: [undefined, undefined],
        ids: [undefined, 'acme/new'],
      },
    ]);
  });

  it('says nothing of what was refused or only checked', async () => {
    await keeper.create(model('acme/new'), { ...NOW, validateOnly: true });
    await keeper.create(model('acme/best'), NOW).catch(() => undefined);
    await keeper.delete(id('acme/file'), { actor: ANN }).catch(() => undefined);
    expect(await told()).toEqual([]);
  });
});

describe('a policy whose step cannot be made durable', () => {
  it('leaves the registry as it was', async () => {
    const failing = keeper.adopt([model('acme/two')], () => Promise.reject(new Error('the disk is full')));
    await expect(failing).rejects.toThrow('the disk is full');
    expect(idsOf()).toEqual(['acme/file']);
    await keeper.create(model('acme/new'), NOW);
    expect(idsOf()).toEqual(['acme/file', 'acme/new']);
  });
});

describe('models of the file', () => {
  it('are read-only to RPC', async () => {
    const update = keeper.update(id('acme/file'), (m) => m, NOW);
    await expect(update).rejects.toMatchObject({ code: 'MODEL_READ_ONLY' });
    await expect(keeper.delete(id('acme/file'), { actor: ANN })).rejects.toMatchObject({
      code: 'MODEL_READ_ONLY',
    });
  });

  it('conflict with a stored model of the same name or alias, and are refused whole', async () => {
    await keeper.create(model('acme/new', { aliases: ['acme/nick'] }), NOW);
    expect(keeper.conflicts([...FILE, model('acme/other')])).toEqual([]);
    for (const clash of [model('acme/new'), model('acme/x', { aliases: ['acme/nick'] })]) {
      expect(keeper.conflicts([...FILE, clash])).toHaveLength(1);
      await expect(keeper.adopt([...FILE, clash])).rejects.toThrow(/do not fit/);
    }
    expect(idsOf()).toEqual(['acme/file', 'acme/new']);
  });

  it('replace each other when another policy is adopted', async () => {
    await keeper.adopt([model('acme/two')]);
    expect(idsOf()).toEqual(['acme/two']);
  });
});

describe('arm ids', () => {
  it('stay with a model over reopens, whatever the order of the file', async () => {
    await keeper.adopt([model('b/b'), model('a/a'), ...FILE]);
    const before = ['b/b', 'a/a', 'acme/file'].map((name) => armOf(name));
    const again = await open([...FILE, model('a/a'), model('b/b')]);
    expect(['b/b', 'a/a', 'acme/file'].map((name) => armOf(name, again))).toEqual(before);
    expect(new Set(before).size).toBe(3);
  });

  it('are never given to another model, not even after a deletion and a reopen', async () => {
    await keeper.create(model('acme/new'), NOW);
    const used = armOf('acme/new');
    await keeper.delete(id('acme/new'), { actor: ANN });
    await keeper.adopt([]);
    const again = await open([model('c/c')]);
    expect([used, 1]).not.toContain(armOf('c/c', again));
    await again.create(model('acme/new'), NOW);
    expect(armOf('acme/new', again)).toBe(used);
  });

  it('begin at 1, so that 0 can stand for none', () => {
    expect(armOf('acme/file')).toBe(1);
  });
});

describe('concurrent changes', () => {
  it('happen one after another: each sees what the one before it left', async () => {
    await keeper.create(model('acme/new'), NOW);
    const tag = (name: string) => (before: Model) => ({ ...before, tags: [...before.tags, name] });
    const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
    await Promise.all(names.map((name) => keeper.update(id('acme/new'), tag(name), NOW)));
    expect(keeper.registry.byId(id('acme/new'))!.model.tags).toEqual(names);
    expect(keeper.storedModel(id('acme/new'))!.revision).toBe(21);
  });

  it('let one of two creations of a name win', async () => {
    const both = await Promise.allSettled([1, 2].map(() => keeper.create(model('acme/new'), NOW)));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('give every new model an arm of its own', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `acme/m${i}`);
    await Promise.all(names.map((name) => keeper.create(model(name), NOW)));
    expect(new Set(names.map((name) => armOf(name))).size).toBe(20);
  });

  it('let one of two updates with the same etag win', async () => {
    await keeper.create(model('acme/new'), NOW);
    const { etag } = keeper.registry.byId(id('acme/new'))!;
    const drain = (before: Model): Model => ({ ...before, status: 'draining' });
    const both = await Promise.allSettled(
      [1, 2].map(() => keeper.update(id('acme/new'), drain, { ...NOW, etag })),
    );
    expect(both[1]).toMatchObject({ status: 'rejected', reason: { code: 'STALE_ETAG' } });
  });
});

it('says so where what is stored as a model is none', async () => {
  await documents.put('model', 'acme/odd', Buffer.from('{"name":"a"}'), 0);
  await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /stored as a model is none/ });
});
