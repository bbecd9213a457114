import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blockKey, dedupeKey, documentKey, metaKey, snapshotKey } from '../../src/store/keys.js';
import { HEAD_MARK_FILE } from '../../src/store/level/head-mark.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { STORE_FORMAT } from '../../src/store/level/store-format.js';
import { seal } from '../../src/store/sealed-value.js';
import type { Store } from '../../src/store/ports.js';
import { collect } from '../contract/collect.js';
import { outcomeOf } from './outcome-arbitrary.js';

type Raw = Level<Buffer, Buffer>;

let dir: string;
let opened: Store[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sextant-store-'));
  opened = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.map((store) => store.close()));
  await rm(dir, { recursive: true });
});

async function open(): Promise<Store> {
  const store = await openLevelStore(dir);
  opened.push(store);
  return store;
}

/** A closed store with ten blocks of one outcome. */
async function tenBlocks(): Promise<void> {
  const store = await open();
  for (let decision = 0; decision < 10; decision++) await store.outcomes.append([[outcomeOf(decision)]]);
  await store.close();
}

/** Works on the closed database behind the store's back. */
async function tamper(work: (db: Raw) => Promise<void>): Promise<void> {
  const db: Raw = new Level(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  await work(db);
  await db.close();
}

async function flipBit(db: Raw, key: Buffer): Promise<void> {
  const value = Buffer.from(await db.get(key));
  value[value.length >> 1]! ^= 1;
  await db.put(key, value);
}

describe('opening a store', () => {
  it('names the directory and the way out when another process has it', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: `the store in ${dir} is in use by another process: stop that one, or ask the running server instead`,
    });
  });

  it('makes a directory for its owner only', async () => {
    const path = join(dir, 'a', 'b');
    await (await openLevelStore(path)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('makes nothing when told so', async () => {
    const path = join(dir, 'typo');
    await expect(openLevelStore(path, { createIfMissing: false })).rejects.toMatchObject({
      code: 'STORE_MISSING',
    });
    expect(await readdir(dir)).toEqual([]);
  });

  it('makes nothing in the place of a store that is moved away while it is opened', async () => {
    const path = join(dir, 'store');
    await (await openLevelStore(path)).close();
    for (let round = 0; round < 50; round++) {
      const opening = openLevelStore(path, { createIfMissing: false });
      // As long as the look whether there is a store.
      await readdir(path);
      await rename(path, `${path}-away`);
      await opening.then((store) => store.close()).catch(() => undefined);
      expect(await readdir(dir)).toEqual(['store-away']);
      await rename(`${path}-away`, path);
    }
  });

  it('refuses a store that a newer version wrote', async () => {
    await tenBlocks();
    const key = metaKey('format');
    await tamper((db) => db.put(key, seal(key, Buffer.of(0, 0, 0, STORE_FORMAT + 1))));
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: /format 4.*use the newer version/,
    });
  });

  it('refuses a database of something else', async () => {
    await tamper((db) => db.put(Buffer.from('hello'), Buffer.from('world')));
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /does not say its format/ });
  });

  it('refuses a file in the place of a directory', async () => {
    const path = join(dir, 'file');
    await writeFile(path, '');
    await expect(openLevelStore(path)).rejects.toMatchObject({ code: 'STORE_IO' });
  });

  it('refuses a database without its CURRENT instead of starting afresh', async () => {
    await tenBlocks();
    await rm(join(dir, 'CURRENT'));
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /CURRENT/ });
  });

  it('says what the database says of why it cannot be opened', async () => {
    await (await open()).close();
    const files = await readdir(dir);
    await rm(
      join(
        dir,
        files.find((file) => file.startsWith('MANIFEST'))!,
      ),
    );
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringMatching(
        /cannot open the store in .*: .*MANIFEST.*No such file.*\. Restore a backup/,
      ) as string,
    });
  });

  it('tells a table that is cut short, and a CURRENT that names nothing, from a faulty disk', async () => {
    await tenBlocks();
    await (await open()).close();
    const table = (await readdir(dir)).find((file) => file.endsWith('.ldb'))!;
    const current = await readFile(join(dir, 'CURRENT'), 'utf8');
    await writeFile(join(dir, 'CURRENT'), current.replace('-', ')'));
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /Restore a backup/ });
    await writeFile(join(dir, 'CURRENT'), current);
    await truncate(join(dir, table), 40);
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: new RegExp(`${table}.*Restore a backup`),
    });
  });

  it('leaves nothing open after a refusal', async () => {
    await tenBlocks();
    const key = blockKey({ firstSequence: 4, count: 1 });
    let value: Buffer = Buffer.alloc(0);
    await tamper(async (db) => {
      value = await db.get(key);
      await db.del(key);
    });
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await tamper((db) => db.put(key, value));
    expect((await open()).outcomes.head()).toBe(10);
  });
});

describe('damage to the outcome log', () => {
  it.each([0, 4, 9])('is found at open when block %i is missing', async (firstSequence) => {
    await tenBlocks();
    await tamper((db) => db.del(blockKey({ firstSequence, count: 1 })));
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /gap/ });
  });

  it('is found at open when a bit of a late block flipped', async () => {
    await tenBlocks();
    await tamper((db) => flipBit(db, blockKey({ firstSequence: 7, count: 1 })));
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /sequence 7/ });
  });

  it('is found on the way when a bit of an early block flipped', async () => {
    const store = await open();
    for (let decision = 0; decision < 40; decision++) await store.outcomes.append([[outcomeOf(decision)]]);
    await store.close();
    await tamper((db) => flipBit(db, blockKey({ firstSequence: 3, count: 1 })));
    const again = await open();
    await expect(collect(again.outcomes.read(0))).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: /sequence 3/,
    });
    expect(await collect(again.outcomes.read(4))).toHaveLength(36);
  });

  it('is found when the end of the log is gone, as after damage to the write-ahead log', async () => {
    await tenBlocks();
    await tamper(async (db) => {
      await db.del(blockKey({ firstSequence: 9, count: 1 }));
      const key = metaKey('log');
      const extent = Buffer.alloc(16);
      extent.writeBigUInt64BE(9n, 8);
      await db.put(key, seal(key, extent));
    });
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: /ends at 9, but was written up to 10/,
    });
    await rm(join(dir, HEAD_MARK_FILE));
    expect((await open()).outcomes.head()).toBe(9);
  });

  it('does not come from an old or unreadable mark', async () => {
    await tenBlocks();
    await writeFile(join(dir, HEAD_MARK_FILE), 'rubbish rubbish');
    expect((await open()).outcomes.head()).toBe(10);
  });

  it('is found when a dedupe entry is damaged, before anything is counted twice', async () => {
    await tenBlocks();
    await tamper((db) => flipBit(db, dedupeKey(outcomeOf(5))));
    const { outcomes } = await open();
    await expect(outcomes.append([[outcomeOf(5)]])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(await outcomes.append([[outcomeOf(6)]])).toEqual([[{ kind: 'duplicate' }]]);
  });
});

describe('damage to the rest', () => {
  it('makes a document unreadable, by name', async () => {
    const store = await open();
    await store.documents.put('model', 'a', Buffer.from('body'), 0);
    await store.close();
    await tamper((db) => flipBit(db, documentKey('model', 'a')));
    await expect((await open()).documents.get('model', 'a')).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: /model\/a/,
    });
  });

  it('falls back to the snapshot before, then to none', async () => {
    const store = await open();
    for (const byte of [1, 2, 3]) await store.snapshots.save(Buffer.alloc(20, byte));
    await store.close();
    await tamper((db) => flipBit(db, snapshotKey(0)));
    const fallen = await open();
    expect((await fallen.snapshots.load())?.[0]).toBe(2);
    await fallen.close();
    await tamper((db) => flipBit(db, snapshotKey(1)));
    const empty = await open();
    expect(await empty.snapshots.load()).toBeUndefined();
    await empty.snapshots.save(Buffer.alloc(20, 4));
    expect((await empty.snapshots.load())?.[0]).toBe(4);
  });
});

describe('a store after a failed write', () => {
  it('takes no write until it is opened again', async () => {
    const store = await open();
    await store.outcomes.append([[outcomeOf(1)]]);
    const broken = vi.spyOn(Level.prototype, 'batch').mockRejectedValueOnce(new Error('no space left'));
    await expect(store.outcomes.append([[outcomeOf(2)]])).rejects.toMatchObject({
      code: 'STORE_IO',
      message: /no space left/,
    });
    broken.mockRestore();
    await expect(store.outcomes.append([[outcomeOf(3)]])).rejects.toMatchObject({
      code: 'STORE_IO',
      message: /open it again/,
    });
    await expect(store.outcomes.append([[outcomeOf(1)]])).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(store.documents.put('model', 'a', Buffer.of(), 0)).rejects.toMatchObject({
      code: 'STORE_IO',
    });
    expect(await collect(store.outcomes.read(0))).toHaveLength(1);
    await store.close();
    expect(await (await open()).outcomes.append([[outcomeOf(2)]])).toEqual([
      [{ kind: 'recorded', sequence: 1 }],
    ]);
  });

  it('says so once it is closed', async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.outcomes.append([[outcomeOf(1)]])).rejects.toMatchObject({
      code: 'STORE_IO',
      message: /closed/,
    });
    await expect(store.documents.get('model', 'a')).rejects.toMatchObject({ code: 'STORE_IO' });
  });

  it('finishes what was under way before it closes', async () => {
    const store = await open();
    const appended = store.outcomes.append([[outcomeOf(1)]]);
    await store.close();
    expect(await appended).toEqual([[{ kind: 'recorded', sequence: 0 }]]);
    expect((await open()).outcomes.head()).toBe(1);
  });
});

it('ignores an empty directory that is there already', async () => {
  await mkdir(join(dir, 'empty'));
  await (await openLevelStore(join(dir, 'empty'))).close();
});
