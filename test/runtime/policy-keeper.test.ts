import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../src/core/fault.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { AuditLog } from '../../src/runtime/audit-log.js';
import { PolicyArchive } from '../../src/runtime/policy-archive.js';
import { PolicyKeeper } from '../../src/runtime/policy-keeper.js';
import { MemoryDocumentStore } from '../../src/store/memory/memory-document-store.js';
import { START_MS } from '../builders/learning.js';
import { BANDIT, policyFolder, writeJson } from '../builders/policy.js';
import { openTestAudit, silent } from '../builders/runtime.js';

let folder: string;
let keeper: PolicyKeeper;
let activated: Policy[];
let objections: Fault[];
let documents: MemoryDocumentStore;
let audit: AuditLog;
let nowMs: number;

/** A keeper on what is in the store, as after a restart. */
async function open(): Promise<PolicyKeeper> {
  audit = await openTestAudit({ documents, nowMs: () => nowMs });
  return new PolicyKeeper({
    folder,
    logger: silent,
    nowMs: () => nowMs,
    archive: await PolicyArchive.open(documents, audit),
    keepVersions: 3,
    objections: () => objections,
    activate: async (policy, commit) => {
      await commit();
      activated.push(policy);
    },
  });
}

beforeEach(async () => {
  folder = await policyFolder();
  activated = [];
  objections = [];
  documents = new MemoryDocumentStore();
  nowMs = START_MS;
  keeper = await open();
});
afterEach(async () => {
  await keeper.close();
  await rm(folder, { recursive: true });
});

const bandit = (changes: object) => writeJson(folder, 'bandit.json', { ...BANDIT, ...changes });

describe('a reload', () => {
  it('takes a good folder in force, once', async () => {
    expect(await keeper.reload()).toEqual([]);
    expect(await keeper.reload()).toEqual([]);
    expect(activated).toHaveLength(1);
    expect(keeper.policy).toBe(activated[0]);
    expect(keeper.activeSinceMs).toBe(START_MS);
  });

  it('names the faults of a bad one, and the last good one stays', async () => {
    await keeper.reload();
    const { version } = keeper.policy;
    await bandit({ poolingStrength: -1 });
    const faults = await keeper.reload();
    expect(faults).toMatchObject([{ file: 'bandit.json', path: 'poolingStrength' }]);
    expect(keeper.policy.version).toBe(version);
    expect(keeper.rejected).toMatchObject({ faults });
    expect(keeper.rejected!.version).not.toBe(version);
    // Asked again about the same content, it says the same without reading it as news.
    expect(await keeper.reload()).toBe(faults);
    expect(activated).toHaveLength(1);
  });

  it('takes a corrected folder in force, and forgets the fault', async () => {
    await keeper.reload();
    await bandit({ poolingStrength: -1 });
    await keeper.reload();
    await bandit({ poolingStrength: 9 });
    expect(await keeper.reload()).toEqual([]);
    expect(keeper.policy.bandit.poolingStrength).toBe(9);
    expect(keeper.rejected).toBeUndefined();
  });

  it('forgets the fault when the folder goes back to what is in force', async () => {
    await keeper.reload();
    await bandit({ poolingStrength: -1 });
    await keeper.reload();
    await bandit({});
    await keeper.reload();
    expect(keeper.rejected).toBeUndefined();
    expect(activated).toHaveLength(1);
  });

  it('heeds objections to a folder that is good by itself', async () => {
    await keeper.reload();
    objections = [{ file: 'models.json', path: 'models[0].id', reason: 'is taken' }];
    await bandit({ poolingStrength: 9 });
    expect(await keeper.reload()).toEqual(objections);
    expect(keeper.policy.bandit.poolingStrength).toBe(8);
  });

  it('is refused when the folder cannot be read, and works again when it can', async () => {
    await keeper.reload();
    await rm(folder, { recursive: true });
    expect(await keeper.reload()).toMatchObject([{ file: folder, reason: 'cannot be read: ENOENT' }]);
    expect(keeper.rejected).toMatchObject({ version: '' });
    expect(keeper.policy).toBe(activated[0]);
    folder = await policyFolder();
  });

  it('of many at once activates one version after another, never the same twice', async () => {
    await Promise.all(Array.from({ length: 10 }, () => keeper.reload()));
    expect(activated).toHaveLength(1);
  });

  it('throws before anything was loaded', () => {
    expect(() => keeper.policy).toThrow(/before one was loaded/);
  });
});

describe('the watch', () => {
  it('picks up a change, and a half-written file never takes hold', { timeout: 40_000 }, async () => {
    await keeper.reload();
    keeper.watch();
    // A watcher begins some time after it was asked to; before that, only the poll sees a change.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const text = JSON.stringify({ ...BANDIT, poolingStrength: 21 }, null, 2);
    await writeFile(join(folder, 'bandit.json'), text.slice(0, text.length / 2));
    await vi.waitFor(() => expect(keeper.rejected).toBeDefined(), { timeout: 14_000, interval: 20 });
    expect(keeper.rejected!.faults[0]).toMatchObject({ file: 'bandit.json', path: '$' });
    expect(keeper.policy.bandit.poolingStrength).toBe(8);
    await writeFile(join(folder, 'bandit.json'), text);
    await vi.waitFor(() => expect(keeper.policy.bandit.poolingStrength).toBe(21), {
      timeout: 14_000,
      interval: 20,
    });
    expect(activated).toHaveLength(2);
  });

  it('reads nothing more after it was closed', async () => {
    await keeper.reload();
    keeper.watch();
    await keeper.close();
    await bandit({ poolingStrength: 9 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(activated).toHaveLength(1);
  });
});
