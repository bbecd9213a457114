import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { baseKey, blockKey, decisionKey, dedupeKey, documentKey, snapshotKey } from '../../src/store/keys.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { seal } from '../../src/store/sealed-value.js';
import { decisionIdOf, outcomeOf } from './outcome-arbitrary.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sextant-scrub-'));
  const store = await openLevelStore(dir);
  for (let n = 0; n < 40; n++) await store.outcomes.append([[outcomeOf(2 * n), outcomeOf(2 * n + 1)]]);
  for (const name of ['a', 'b']) await store.documents.put('model', name, Buffer.from(name), 0);
  await store.decisions.append([{ decisionId: decisionIdOf(1), issueTimeMs: 5, body: Buffer.from('x') }]);
  await store.snapshots.save(Buffer.from('snapshot'));
  await store.retention.replacePrefix(4, Buffer.from('base'));
  await store.close();
});
afterEach(() => rm(dir, { recursive: true }));

type Raw = Level<Buffer, Buffer>;

async function tamper(work: (db: Raw) => Promise<void>): Promise<void> {
  const db: Raw = new Level(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  await work(db);
  await db.close();
}

const flip = async (db: Raw, key: Buffer): Promise<void> => {
  const value = Buffer.from(await db.get(key));
  value[value.length - 1]! ^= 1;
  await db.put(key, value);
};

async function scrub() {
  const store = await openLevelStore(dir);
  try {
    return await store.scrub();
  } finally {
    await store.close();
  }
}

it('a sound store has no fault', async () => {
  expect(await scrub()).toMatchObject({ complete: true, faults: [], faultCount: 0, damagedSnapshots: 0 });
});

it.each<[string, (db: Raw) => Promise<void>, RegExp]>([
  ['a damaged block', (db) => flip(db, blockKey({ firstSequence: 10, count: 2 })), /block at sequence 10/],
  ['a damaged document', (db) => flip(db, documentKey('model', 'a')), /model\/a is damaged/],
  ['a document that is gone', (db) => db.del(documentKey('model', 'a')), /documents are not those/],
  [
    'a document that is older than it was',
    (db) => db.put(documentKey('model', 'a'), seal(documentKey('model', 'a'), Buffer.from('00000001older'))),
    /documents are not those/,
  ],
  ['a damaged decision', (db) => flip(db, decisionKey(5, decisionIdOf(1))), /logged decision .* is damaged/],
  ['a damaged dedupe entry', (db) => flip(db, dedupeKey(outcomeOf(20))), /dedupe entry of decision/],
  [
    'a dedupe entry that is gone',
    (db) => db.del(dedupeKey(outcomeOf(20))),
    /outcome 20 could be counted twice/,
  ],
  ['a key that is none', (db) => db.put(Buffer.from('?what'), Buffer.of(1)), /is no key of a store/],
])('%s is told', async (_name, damage, fault) => {
  await tamper(damage);
  const { faults, faultCount } = await scrub();
  expect(faults.join('\n')).toMatch(fault);
  expect(faultCount).toBe(faults.length);
});

it('a damaged snapshot is told apart: it can be done without', async () => {
  await tamper((db) => flip(db, snapshotKey(0)));
  expect(await scrub()).toMatchObject({ faults: [], damagedSnapshots: 1 });
});

it.each([
  ['damaged', (db: Raw) => flip(db, baseKey())],
  ['gone', (db: Raw) => db.del(baseKey())],
])(
  'a base that is %s is refused at once: nothing else tells of what it stands for',
  async (_name, damage) => {
    await tamper(damage);
    await expect(openLevelStore(dir)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining('base') as string,
    });
  },
);

it('a reading is no faster than it is told, and can be ended', async () => {
  const store = await openLevelStore(dir);
  const startedMs = performance.now();
  const { bytes } = await store.scrub({ bytesPerSecond: 100_000 });
  expect(performance.now() - startedMs).toBeGreaterThan((bytes / 100_000) * 900);
  const signal = AbortSignal.abort();
  expect(await store.scrub({ signal })).toMatchObject({ complete: false, faults: [] });
  await store.close();
});
