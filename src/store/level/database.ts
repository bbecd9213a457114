import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import type { BatchOperation } from 'level';
import { StoreError } from '../store-error.js';
import { codeOf, storeErrorOf } from './level-error.js';

export type Database = Level<Buffer, Buffer>;
export type Operation = BatchOperation<Database, Buffer, Buffer>;

export interface DatabaseOptions {
  readonly createIfMissing: boolean;
  /** Permissions of the directory if it is created. */
  readonly mode: number;
}

/** Names the database's manifest; a directory without it is a fresh one. */
const CURRENT = 'CURRENT';
const NOT_THERE = /No such file or directory$/;
const TABLE_OR_LOG = /\.(?:ldb|sst|log)$/;
/** The database makes these, and the directory, before it looks whether there is a store. */
const MADE_BEFORE_LOOKING: readonly string[] = ['LOCK', 'LOG', 'LOG.old'];

/**
 * Opens the LevelDB in a directory.
 *
 * @throws StoreError `STORE_MISSING`, `STORE_LOCKED`, `STORE_CORRUPT` or `STORE_IO`.
 */
export async function openDatabase(
  dir: string,
  { createIfMissing, mode }: DatabaseOptions,
): Promise<Database> {
  const files = await filesOf(dir);
  if (!files.includes(CURRENT)) {
    // The database would take this for a fresh directory, and leave its tables behind for good.
    if (files.some((file) => TABLE_OR_LOG.test(file))) {
      throw new StoreError(
        'STORE_CORRUPT',
        `the store in ${dir} has lost its file CURRENT. Restore a backup`,
      );
    }
    if (!createIfMissing) {
      throw new StoreError(
        'STORE_MISSING',
        `there is no store in ${dir}: check the path, or start the server once`,
      );
    }
  }
  // Before the database is there: it opens by itself in the next turn, and would make the directory its own way.
  if (createIfMissing) await makeDirectory(dir, mode);
  const db: Database = new Level(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer', createIfMissing });
  try {
    await db.open();
    return db;
  } catch (error) {
    if (codeOf(error) === 'LEVEL_LOCKED') {
      throw new StoreError(
        'STORE_LOCKED',
        `the store in ${dir} is in use by another process: stop that one, or ask the running server instead`,
        { cause: error },
      );
    }
    if (!createIfMissing) await removeBareDirectory(dir).catch(() => undefined);
    const why = storeErrorOf(error, `cannot open the store in ${dir}`);
    // The folder is where it was, so that it is a file of it that is gone, or never was what CURRENT names.
    const isPartGone = NOT_THERE.test(why.message) && (await hasDatabase(dir));
    throw isPartGone
      ? new StoreError('STORE_CORRUPT', `${why.message}. Restore a backup`, { cause: error })
      : why;
  }
}

/** `level` is LevelDB where it runs on Node, but its types are those that browsers share. */
type NativeDatabase = Database & {
  compactRange(start: Buffer, end: Buffer): Promise<void>;
  approximateSize(start: Buffer, end: Buffer): Promise<number>;
};

/** Bytes on disk that keys between two take, about; the last few megabytes are not counted. @throws StoreError `STORE_IO`. */
export async function approximateSize(db: Database, [from, to]: readonly [Buffer, Buffer]): Promise<number> {
  try {
    return await (db as NativeDatabase).approximateSize(from, to);
  } catch (error) {
    throw storeErrorOf(error, 'cannot ask for the size of the store');
  }
}

/** Gives back the room of what was removed or replaced. @throws StoreError `STORE_IO`. */
export async function compactDatabase(db: Database): Promise<void> {
  try {
    await (db as NativeDatabase).compactRange(Buffer.of(0x00), Buffer.of(0xff));
  } catch (error) {
    throw storeErrorOf(error, 'cannot compact the store');
  }
}

async function makeDirectory(dir: string, mode: number): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode });
  } catch (error) {
    throw storeErrorOf(error, `cannot make the directory ${dir}`);
  }
}

/** Whether a directory has what a database is found by. @throws StoreError where it cannot be read. */
export async function hasDatabase(dir: string): Promise<boolean> {
  return (await filesOf(dir)).includes(CURRENT);
}

/** Where the store was moved away while it was opened, what the database made in its place would be in the way of the next. */
async function removeBareDirectory(dir: string): Promise<void> {
  const files = await readdir(dir);
  if (!files.every((file) => MADE_BEFORE_LOOKING.includes(file))) return;
  await Promise.all(files.map((file) => unlink(join(dir, file))));
  await rmdir(dir);
}

async function filesOf(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storeErrorOf(error, `cannot read the directory ${dir}`);
  }
}
