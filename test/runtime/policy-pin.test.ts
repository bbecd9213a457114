import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/core/fault.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { AuditLog } from '../../src/runtime/audit-log.js';
import { PolicyArchive } from '../../src/runtime/policy-archive.js';
import { PolicyKeeper, type PolicyChange } from '../../src/runtime/policy-keeper.js';
import { MemoryDocumentStore } from '../../src/store/memory/memory-document-store.js';
import { StoreError } from '../../src/store/store-error.js';
import { START_MS } from '../builders/learning.js';
import { BANDIT, policyFolder, writeJson } from '../builders/policy.js';
import { actor, openTestAudit, silent } from '../builders/runtime.js';

const ANN: PolicyChange = { actor: actor('ann'), reason: 'the new one is worse' };

let folder: string;
let documents: MemoryDocumentStore;
let audit: AuditLog;
let keeper: PolicyKeeper;
let inForce: Policy | undefined;
let objections: Fault[];

/** A keeper on what is in the store, as after a restart. */
async function open(): Promise<void> {
  audit = await openTestAudit({ documents });
  inForce = undefined;
  keeper = new PolicyKeeper({
    folder,
    logger: silent,
    nowMs: () => START_MS,
    archive: await PolicyArchive.open(documents, audit),
    keepVersions: 3,
    objections: () => objections,
    activate: async (policy, commit) => {
      await commit();
      inForce = policy;
    },
  });
}

beforeEach(async () => {
  folder = await policyFolder();
  documents = new MemoryDocumentStore();
  objections = [];
  await open();
});
afterEach(async () => {
  await keeper.close();
  await rm(folder, { recursive: true, force: true });
});

/** Publishes a version that the pooling strength tells apart, and gives its name. */
async function publish(poolingStrength: number): Promise<string> {
  await writeJson(folder, 'bandit.json', { ...BANDIT, poolingStrength });
  await keeper.reload();
  return keeper.policy.version;
}
const strength = (): number => {
  expect(inForce).toBe(keeper.policy);
  return keeper.policy.bandit.poolingStrength;
};
const told = async () =>
  (await audit.page({ tenant: 'acme' }, { limit: 50 })).entries.map(({ actor: by, action, target }) => [
    by.name,
    action,
    target,
  ]);
const filesKept = async () => (await documents.list('policy-files')).map(({ name }) => name);

describe('a version that is activated', () => {
  it('takes hold, is pinned, and stays over a restart; the folder waits', async () => {
    const one = await publish(1);
    const two = await publish(2);
    await keeper.activate(one, ANN);
    expect(strength()).toBe(1);
    expect(keeper.history.pin).toMatchObject({ pinnedBy: ANN.actor, reason: ANN.reason });
    expect(keeper.waitingVersion).toBe(two);

    await open();
    expect(await keeper.start()).toEqual([]);
    expect(strength()).toBe(1);
    expect(keeper.waitingVersion).toBe(two);
    expect(await told()).toEqual([
      ['ann', 'policy activated', one],
      ['policy-folder', 'policy loaded', two],
      ['policy-folder', 'policy loaded', one],
    ]);
  });

  it('holds out against a changed folder, which is checked all the same', async () => {
    const one = await publish(1);
    await publish(2);
    await keeper.activate(one.slice(0, 8), ANN);
    await publish(3);
    expect(strength()).toBe(1);
    const waiting = keeper.waitingVersion;
    expect(waiting).toMatch(/^[0-9a-f]{64}$/);
    await publish(-1);
    expect(keeper.rejected!.faults).toMatchObject([{ file: 'bandit.json' }]);
    expect(keeper.waitingVersion).toBeUndefined();
    await publish(3);
    expect([keeper.waitingVersion, keeper.rejected]).toEqual([waiting, undefined]);
    expect(strength()).toBe(1);
  });

  it('starts although the folder is faulty or gone', async () => {
    await keeper.activate(await publish(1), ANN);
    await writeJson(folder, 'bandit.json', {});
    await open();
    expect(await keeper.start()).toEqual([]);
    expect(keeper.rejected).toBeDefined();
    await rm(folder, { recursive: true });
    await open();
    expect(await keeper.start()).toEqual([]);
    expect(strength()).toBe(1);
  });

  it('ends a start that it does not fit any more, with its faults', async () => {
    await keeper.activate(await publish(1), ANN);
    objections = [{ path: 'models[0].id', reason: 'is taken' }];
    await open();
    expect(await keeper.start()).toEqual(objections);
    expect(inForce).toBeUndefined();
  });

  it('is only pinned where it is in force already, and not even that twice', async () => {
    const one = await publish(1);
    await keeper.activate(one, ANN);
    await keeper.activate(one, ANN);
    expect((await told()).map(([, action]) => action)).toEqual(['policy activated', 'policy loaded']);
    expect(keeper.waitingVersion).toBeUndefined();
  });

  it('is refused where it does not fit the server any more, and the one in force stays', async () => {
    const one = await publish(1);
    await publish(2);
    objections = [{ file: 'models.json', path: 'models[0].id', reason: 'is taken' }];
    await expect(keeper.activate(one, ANN)).rejects.toMatchObject({
      code: 'POLICY_REFUSED',
      details: { obstacles: [{ subject: 'models.json models[0].id', reason: 'is taken' }] },
    });
    expect(strength()).toBe(2);
    expect(keeper.history.pin).toBeUndefined();
  });

  it('has to be known, by digits that name one', async () => {
    await publish(1);
    const unknown = { code: 'UNKNOWN_POLICY' };
    await expect(keeper.activate('0123456789', ANN)).rejects.toMatchObject(unknown);
    await expect(keeper.activate(keeper.policy.version.slice(0, 7), ANN)).rejects.toMatchObject(unknown);
  });
});

describe('two who change at once', () => {
  it('are told apart by the version that they expect in force', async () => {
    const one = await publish(1);
    const two = await publish(2);
    const change = { ...ANN, expectedActiveVersion: two };
    const results = await Promise.allSettled([keeper.rollBack(change), keeper.rollBack(change)]);
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'POLICY_CHANGED' } },
    ]);
    expect(keeper.policy.version).toBe(one);
    await expect(keeper.activate(two, change)).rejects.toMatchObject({ code: 'POLICY_CHANGED' });
    await expect(keeper.unpin(change)).rejects.toMatchObject({ code: 'POLICY_CHANGED' });
    expect((await told()).filter(([name]) => name === 'ann')).toHaveLength(1);
  });
});

describe('rolling back', () => {
  it('goes back step by step, and says when there is nothing before', async () => {
    await publish(1);
    await publish(2);
    await publish(3);
    await keeper.rollBack(ANN);
    expect(strength()).toBe(2);
    await open();
    await keeper.start();
    await keeper.rollBack(ANN);
    expect(strength()).toBe(1);
    await expect(keeper.rollBack(ANN)).rejects.toMatchObject({ code: 'NO_PREVIOUS_POLICY' });
  });
});

describe('unpinning', () => {
  it("takes the folder's content in force at once, whatever waited before", async () => {
    const one = await publish(1);
    await publish(2);
    await keeper.activate(one, ANN);
    await writeJson(folder, 'bandit.json', { ...BANDIT, poolingStrength: 5 });
    await keeper.unpin(ANN);
    expect(strength()).toBe(5);
    expect([keeper.history.pin, keeper.waitingVersion]).toEqual([undefined, undefined]);
    expect((await told())[0]).toEqual(['ann', 'policy unpinned', keeper.policy.version]);
    await publish(6);
    expect(strength()).toBe(6);
  });

  it('leaves what is in force where the folder holds the same', async () => {
    const one = await publish(1);
    await keeper.activate(one, ANN);
    await keeper.unpin(ANN);
    expect(keeper.policy.version).toBe(one);
    expect(keeper.history.pin).toBeUndefined();
    await expect(keeper.unpin(ANN)).rejects.toMatchObject({ code: 'POLICY_NOT_PINNED' });
  });

  it('is refused while the folder is faulty or gone, and the pin stays', async () => {
    await keeper.activate(await publish(1), ANN);
    await writeJson(folder, 'bandit.json', { ...BANDIT, poolingStrength: -1 });
    await expect(keeper.unpin(ANN)).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    await rm(folder, { recursive: true });
    await expect(keeper.unpin(ANN)).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    expect(keeper.history.pin).toBeDefined();
    expect(strength()).toBe(1);
  });
});

describe('what is kept', () => {
  it('are the files of the last versions as they were, and no others', async () => {
    const versions = [await publish(1), await publish(2), await publish(3), await publish(4)];
    expect(await filesKept()).toEqual(versions.slice(1).sort());
    await expect(keeper.folder(versions[0]!)).rejects.toMatchObject({ code: 'UNKNOWN_POLICY' });
    const { version, files } = await keeper.folder(versions[1]!);
    expect(version).toBe(versions[1]);
    expect(files.find(({ file }) => file === 'bandit.json')!.value).toMatchObject({ poolingStrength: 2 });
  });

  it('are never the one in force, however long it is pinned', async () => {
    const one = await publish(1);
    await keeper.activate(one, ANN);
    for (const next of [2, 3, 4, 5]) await publish(next);
    await open();
    await keeper.start();
    expect(keeper.policy.version).toBe(one);
    expect(await filesKept()).toEqual([one]);
  });

  it('says nothing new where a restart finds the folder as it was', async () => {
    await publish(1);
    await open();
    await keeper.start();
    expect(await told()).toHaveLength(1);
    expect(keeper.history.versions[0]!.activationCount).toBe(1);
  });
});

describe('a store that fails', () => {
  it('lets nothing take hold, neither by a call nor by the folder', async () => {
    const one = await publish(1);
    await publish(2);
    const commit = documents.commit.bind(documents);
    documents.commit = () => Promise.reject(new StoreError('STORE_IO', 'no space'));
    const unavailable = { code: 'STORE_UNAVAILABLE' };
    await expect(keeper.activate(one, ANN)).rejects.toMatchObject(unavailable);
    await writeJson(folder, 'bandit.json', { ...BANDIT, poolingStrength: 3 });
    await expect(keeper.reload()).rejects.toMatchObject(unavailable);
    expect(strength()).toBe(2);

    documents.commit = commit;
    await keeper.reload();
    expect(strength()).toBe(3);
  });
});

describe('a check of files', () => {
  it('finds what the folder would be refused for, and changes nothing', async () => {
    const one = await publish(1);
    const { sources } = await keeper.folder(one);
    expect(keeper.validate(sources)).toEqual({ version: one, faults: [] });
    const less = sources.filter(({ file }) => file !== 'budgets.json');
    expect(keeper.validate(less).faults).toEqual([{ file: 'budgets.json', path: '$', reason: 'is missing' }]);
    objections = [{ path: 'x', reason: 'is taken' }];
    expect(keeper.validate(sources).faults).toEqual(objections);
    expect(keeper.policy.version).toBe(one);
  });
});
