import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { foldWhole, recover } from '../../src/runtime/learner.js';
import { documentKey, metaKey } from '../../src/store/keys.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { STORE_FORMAT } from '../../src/store/level/store-format.js';
import { HOUR_MS } from '../builders/learning.js';
import { collect, outcomesFrom } from '../contract/collect.js';

/** A store that the code before format 2 wrote. */
const FORMAT_1 = join(import.meta.dirname, '../fixtures/store-format-1');
const HALF_LIVES = {
  quality: 48 * HOUR_MS,
  success: 6 * HOUR_MS,
  tokens: 96 * HOUR_MS,
  latency: 24 * HOUR_MS,
  cost: 96 * HOUR_MS,
};

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-migration-'));
  dir = join(root, 'store');
  await cp(FORMAT_1, dir, { recursive: true });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

async function raw<T>(work: (db: Level<Buffer, Buffer>) => Promise<T>): Promise<T> {
  const db = new Level<Buffer, Buffer>(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const formatOnDisk = () => raw(async (db) => (await db.get(metaKey('format'))).readUInt32BE(4));

/** Opens the store, and finds all that the old code wrote. */
async function expectWhole(): Promise<void> {
  const store = await openLevelStore(dir);
  expect(await outcomesFrom(store.outcomes)).toHaveLength(60);
  const documents = await store.documents.list('model');
  expect(documents.map(({ name, revision }) => [name, revision])).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 1],
  ]);
  expect(await collect(store.decisions.range(0, Infinity))).toHaveLength(3);
  const { state, fromSequence } = await recover(store.outcomes, store.snapshots, HALF_LIVES);
  // Its snapshot is of an earlier fold: the log says it all.
  expect(fromSequence).toBe(0);
  expect(compareStates(state, await foldWhole(store.outcomes, HALF_LIVES))).toEqual([]);
  expect(await store.scrub()).toMatchObject({ complete: true, faults: [] });
  expect(await store.documents.put('model', 'd', Buffer.from('new'), 0)).toMatchObject({ revision: 1 });
  expect(await store.scrub()).toMatchObject({ faults: [] });
  await store.close();
}

describe('a store of format 1', () => {
  it('opens as it was, and is of this format then', async () => {
    expect(await formatOnDisk()).toBe(1);
    await expectWhole();
    expect(await formatOnDisk()).toBe(STORE_FORMAT);
  });

  it('is what it was where the write of the new format fails, and is begun again', async () => {
    const writes = Level.prototype as unknown as { batch: () => Promise<void> };
    const batch = vi.spyOn(writes, 'batch').mockRejectedValueOnce(new Error('no space left'));
    await expect(openLevelStore(dir)).rejects.toMatchObject({ code: 'STORE_IO' });
    expect(batch).toHaveBeenCalledTimes(1);
    batch.mockRestore();
    expect(await formatOnDisk()).toBe(1);
    await expectWhole();
  });

  it('is refused with a damaged document: the new format must not vouch for it', async () => {
    await raw(async (db) => {
      const value = Buffer.from(await db.get(documentKey('model', 'b')));
      value[value.length - 1]! ^= 1;
      await db.put(documentKey('model', 'b'), value);
    });
    await expect(openLevelStore(dir)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining('model/b') as string,
    });
    expect(await formatOnDisk()).toBe(1);
  });
});
