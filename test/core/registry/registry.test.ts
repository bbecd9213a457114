import { describe, expect, it } from 'vitest';
import type { ArmId, Model, ModelId } from '../../../src/core/registry/model.js';
import { buildRegistry, type Registry, type RegistryInput } from '../../../src/core/registry/registry.js';
import { model } from './fixture.js';

function arms(...ids: string[]): Map<ModelId, ArmId> {
  return new Map(ids.map((id, index) => [id as ModelId, (index + 1) as ArmId]));
}

function built(input: RegistryInput): Registry {
  const registry = buildRegistry(input);
  if (!registry.ok) throw new Error(registry.faults.map(({ reason }) => reason).join('; '));
  return registry.value;
}

function faults(fileModels: Model[], storedModels: Model[], armIds = arms('a/a', 'b/b')): string[] {
  const registry = buildRegistry({ fileModels, storedModels, armIds });
  return registry.ok ? [] : registry.faults.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('a registry', () => {
  const b = model('b/b', { aliases: ['second'], lifecycle: 'deprecated' });
  const a = model('a/a', { status: 'disabled' });
  const registry = built({ fileModels: [b], storedModels: [a], armIds: arms('a/a', 'b/b') });

  it('finds a model by id, alias and arm', () => {
    expect(registry.byId('b/b' as ModelId)?.model).toBe(b);
    expect(registry.byAlias('second')?.model).toBe(b);
    expect(registry.byArmId(1 as ArmId)?.model).toBe(a);
    expect(registry.resolve('second')).toBe(registry.resolve('b/b'));
    expect(registry.resolve('third')).toBeUndefined();
  });

  it('lists by id, and knows where each model came from', () => {
    expect(registry.list().map(({ model: { id }, origin }) => [id, origin])).toEqual([
      ['a/a', 'rpc'],
      ['b/b', 'file'],
    ]);
    expect(registry.list({ origin: 'file', lifecycles: ['deprecated'] })).toHaveLength(1);
    expect(registry.list({ statuses: ['active'] }).map(({ model: { id } }) => id)).toEqual(['b/b']);
    expect(registry.size).toBe(2);
  });

  it('gives an etag that changes with the model and with nothing else', () => {
    const etag = (changed: Model) =>
      built({ fileModels: [changed], storedModels: [], armIds: arms('b/b') }).list()[0]?.etag;
    expect(etag(b)).toBe(registry.byId(b.id)?.etag);
    expect(etag({ ...b, tags: ['new'] })).not.toBe(registry.byId(b.id)?.etag);
    expect(
      built({ fileModels: [b], storedModels: [], armIds: arms('b/b'), etagOf: () => 'e' }).list()[0]?.etag,
    ).toBe('e');
  });

  it('refuses a name that is both in the file and in the store', () => {
    expect(faults([b], [model('b/b')])).toEqual([
      'storedModels[0].id: "b/b" is already the name at models.json models[0].id',
    ]);
    expect(faults([b], [model('a/a', { aliases: ['second'] })])).toEqual([
      'storedModels[0].aliases[0]: "second" is already the name at models.json models[0].aliases[0]',
    ]);
  });

  it('refuses a model without an arm of its own', () => {
    expect(faults([a], [], new Map())).toEqual(['models[0].id: "a/a" has no arm id']);
    const shared = new Map([...arms('a/a'), ['b/b' as ModelId, 1 as ArmId]]);
    expect(faults([a, b], [], shared)).toEqual(['models[1].id: arm id 1 of "b/b" belongs to "a/a"']);
    expect(faults([a], [], new Map([['a/a' as ModelId, (2 ** 32) as ArmId]]))).toHaveLength(1);
  });
});
