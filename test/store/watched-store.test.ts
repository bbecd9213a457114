import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLevelStore, type LevelStore } from '../../src/store/level/open-level-store.js';
import { watchedStore } from '../../src/store/level/watched-store.js';
import type { StoreError } from '../../src/store/store-error.js';
import { outcomeOf } from './outcome-arbitrary.js';

const EVERY_MS = 10;

let root: string;
let dir: string;
let failures: StoreError[];
let open: () => Promise<LevelStore>;
let store: LevelStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-watched-'));
  dir = join(root, 'store');
  failures = [];
  const opening = watchedStore(dir, EVERY_MS);
  open = () => opening((error) => failures.push(error));
  store = await open();
  await store.outcomes.append([[outcomeOf(1)]]);
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

const failed = () =>
  vi.waitFor(() => {
    expect(failures.map(({ code }) => code)).toEqual(['STORE_IO']);
    expect(failures[0]!.message).toContain('moved away');
  });
const away = () => join(root, 'away');

it('a store that is moved away has failed, once; none is made in its place, and put back it is opened', async () => {
  await rename(dir, away());
  await failed();
  await store.close();
  await expect(open()).rejects.toThrow(/moved away/);
  expect(await readdir(root)).toEqual(['away']);
  await rename(away(), dir);
  store = await open();
  expect(store.outcomes.head()).toBe(1);
  expect(failures).toHaveLength(1);
});

it('a copy in its place is not taken for it, and nothing is written there', async () => {
  await rename(dir, away());
  await cp(away(), dir, { recursive: true });
  await failed();
  await store.close();
  const before = await readdir(dir);
  await expect(open()).rejects.toThrow(/put it back, or restart the server/);
  expect(await readdir(dir)).toEqual(before);
});

it('nor is one whose files came into the same folder', async () => {
  const other = await openLevelStore(join(root, 'other'));
  await other.close();
  for (const file of await readdir(dir)) await rm(join(dir, file));
  await cp(join(root, 'other'), dir, { recursive: true });
  await failed();
});

it('a store that stays where it is does not fail, and one that is closed is not looked after', async () => {
  await new Promise((resolve) => setTimeout(resolve, 5 * EVERY_MS));
  expect(failures).toEqual([]);
  await store.close();
  await rename(dir, away());
  await new Promise((resolve) => setTimeout(resolve, 5 * EVERY_MS));
  expect(failures).toEqual([]);
});
