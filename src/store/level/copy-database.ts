import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PARTIAL, type StoreCopy } from '../ports.js';
import { StoreError } from '../store-error.js';
import { openDatabase, type Database, type Operation } from './database.js';
import { HeadMark } from './head-mark.js';
import { codeOf, storeErrorOf } from './level-error.js';
import { verifyEnds } from './verify-ends.js';

const ENTRIES_AT_ONCE = 500;
const OWNER_ONLY = 0o700;

/**
 * Copies a database as it stands at this moment into a folder that is new or empty, while it is written to. The copy is
 * made aside, looked through as a store is when it is opened, and gets its name last: a folder of that name is whole.
 *
 * @throws StoreError `STORE_EXISTS`, `STORE_CORRUPT` or `STORE_IO`; nothing of that name is there then.
 */
export async function copyDatabase(from: Database, folder: string): Promise<StoreCopy> {
  const aside = `${folder}${PARTIAL}`;
  try {
    await refuseFull(folder);
    await rm(aside, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true, mode: OWNER_ONLY });
    const to = await openDatabase(aside, { createIfMissing: true, mode: OWNER_ONLY });
    let copied: Omit<StoreCopy, 'outcomes'>;
    let outcomes: number;
    try {
      copied = await copyEntries(from, to);
      outcomes = await markHead(to, aside);
    } finally {
      await to.close();
    }
    await syncDirectory(aside);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
    await syncDirectory(dirname(folder));
    return { ...copied, outcomes };
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    throw storeErrorOf(error, `cannot copy the store to ${folder}`);
  }
}

/** An iterator reads what was there when it was made, whatever is written meanwhile. */
async function copyEntries(from: Database, to: Database): Promise<Omit<StoreCopy, 'outcomes'>> {
  const iterator = from.iterator({ highWaterMarkBytes: 1 << 18 });
  let [entries, bytes] = [0, 0];
  try {
    let chunk = await iterator.nextv(ENTRIES_AT_ONCE);
    while (chunk.length > 0) {
      const operations: Operation[] = chunk.map(([key, value]) => ({ type: 'put', key, value }));
      entries += chunk.length;
      bytes += chunk.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
      chunk = await iterator.nextv(ENTRIES_AT_ONCE);
      // A synced write makes those before it durable, too.
      await to.batch(operations, { sync: chunk.length === 0 });
    }
  } finally {
    await iterator.close();
  }
  return { entries, bytes };
}

async function markHead(to: Database, folder: string): Promise<number> {
  const { extent, total } = await verifyEnds(to, undefined);
  const mark = await HeadMark.open(folder);
  mark.note({ head: extent.head, commits: total.commits });
  await mark.close();
  return extent.head;
}

async function refuseFull(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length > 0)
      throw new StoreError('STORE_EXISTS', `${folder} is not empty: choose another folder`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function syncDirectory(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
