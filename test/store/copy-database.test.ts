import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/level/database.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { collect, outcomesFrom } from '../contract/collect.js';
import { decisionIdOf, outcomeOf } from './outcome-arbitrary.js';

let root: string;
let opened: Store[];
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-copy-'));
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await rm(root, { recursive: true });
});

async function open(name: string): Promise<Store> {
  const store = await openLevelStore(at(name));
  opened.push(store);
  return store;
}

describe('a copy of a store', () => {
  it('holds what the store held: outcomes, documents, decisions and the snapshot', async () => {
    const store = await open('store');
    for (let decision = 0; decision < 50; decision++) await store.outcomes.append([[outcomeOf(decision)]]);
    await store.documents.put('model', 'acme/one', Buffer.from('one'), 0);
    await store.decisions.append([
      { decisionId: decisionIdOf(1), issueTimeMs: 5, body: Buffer.from('asked') },
    ]);
    await store.snapshots.save(Buffer.from('learned'));
    const made = await store.copyTo(at('copies/first'));
    expect(made).toMatchObject({ outcomes: 50 });
    const copy = await open('copies/first');
    expect(await outcomesFrom(copy.outcomes)).toEqual(await outcomesFrom(store.outcomes));
    expect(await copy.documents.list('model')).toEqual(await store.documents.list('model'));
    expect(await collect(copy.decisions.range(0, 10))).toEqual(await collect(store.decisions.range(0, 10)));
    expect(await copy.snapshots.load()).toEqual(await store.snapshots.load());
    // What was recorded is still known as such.
    expect(await copy.outcomes.append([[outcomeOf(7)], [outcomeOf(99)]])).toMatchObject([
      [{ kind: 'duplicate' }],
      [{ kind: 'recorded', sequence: 50 }],
    ]);
    expect((await stat(at('copies/first'))).mode & 0o777).toBe(0o700);
  });

  it('is of one moment, whatever is written while it is made', async () => {
    const store = await open('store');
    let decision = 0;
    const append = () => store.outcomes.append([[outcomeOf(decision++)], [outcomeOf(decision++)]]);
    for (let i = 0; i < 400; i++) await append();
    let isCopying = true;
    const copying = store.copyTo(at('copy')).finally(() => (isCopying = false));
    while (isCopying) await append();
    const { outcomes } = await copying;
    expect(outcomes).toBeGreaterThanOrEqual(800);
    expect(store.outcomes.head()).toBeGreaterThan(outcomes);
    const copy = await open('copy');
    expect(copy.outcomes.head()).toBe(outcomes);
    expect(await outcomesFrom(copy.outcomes)).toEqual(
      (await outcomesFrom(store.outcomes)).slice(0, outcomes),
    );
  });

  it('takes no folder with something in it, and leaves it as it was', async () => {
    const store = await open('store');
    await mkdir(at('full'));
    await writeFile(join(at('full'), 'mine'), 'mine');
    await expect(store.copyTo(at('full'))).rejects.toMatchObject({ code: 'STORE_EXISTS' });
    expect(await readdir(at('full'))).toEqual(['mine']);
    await mkdir(at('empty'));
    await store.copyTo(at('empty'));
    expect((await readdir(root)).sort()).toEqual(['empty', 'full', 'store']);
  });

  it('leaves nothing of a copy that failed, and takes the place of what a crash left', async () => {
    const store = await open('store');
    await writeFile(at('file'), '');
    await expect(store.copyTo(join(at('file'), 'copy'))).rejects.toMatchObject({ code: 'STORE_IO' });
    await mkdir(at('copy.partial'));
    await writeFile(join(at('copy.partial'), 'half'), 'half');
    await store.copyTo(at('copy'));
    expect((await readdir(root)).sort()).toEqual(['copy', 'file', 'store']);
  });

  it('that broke off, or before anything was copied, is not opened as a store', async () => {
    const database = await openDatabase(at('begun'), { createIfMissing: true, mode: 0o700 });
    await database.close();
    const open = (name: string) => openLevelStore(at(name), { createIfMissing: false });
    await expect(open('begun')).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await rename(at('begun'), at('begun.partial'));
    await expect(open('begun.partial')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(openLevelStore(at('begun.partial'))).rejects.toThrow(/broke off/);
  });

  it('cannot be had of a store in memory', async () => {
    await expect(openMemoryStore().copyTo(at('copy'))).rejects.toMatchObject({ code: 'STORE_UNSUPPORTED' });
  });
});

describe('compaction', () => {
  it('leaves everything readable', async () => {
    const store = await open('store');
    for (let decision = 0; decision < 20; decision++) await store.outcomes.append([[outcomeOf(decision)]]);
    await store.compact();
    expect(await outcomesFrom(store.outcomes)).toHaveLength(20);
  });
});
