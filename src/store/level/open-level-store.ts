import { resolve } from 'node:path';
import { PARTIAL, type Store } from '../ports.js';
import { StoreError } from '../store-error.js';
import { copyDatabase } from './copy-database.js';
import { compactDatabase, openDatabase } from './database.js';
import type { Database, DatabaseOptions } from './database.js';
import { GuardedWriter } from './guarded-writer.js';
import { HeadMark } from './head-mark.js';
import { LevelDecisionLog } from './level-decision-log.js';
import { LevelDocumentStore, type DocumentState } from './level-document-store.js';
import { storeErrorOf } from './level-error.js';
import { LevelOutcomeLog } from './level-outcome-log.js';
import { LevelRollupStore } from './level-rollup-store.js';
import { LevelSnapshotStore } from './level-snapshot-store.js';
import { LevelRetention } from './level-retention.js';
import { ExtentInUse } from './log-extent.js';
import { scrubDatabase } from './scrub-database.js';
import { claimFormat } from './store-format.js';
import { verifyEnds } from './verify-ends.js';

const OWNER_ONLY = 0o700;

export interface LevelStoreOptions extends DatabaseOptions {
  /** A write failed, for the first time: nothing is written any more. */
  readonly onFailure: (error: StoreError) => void;
}

/** The embedded store. */
export interface LevelStore extends Store {
  /** Puts documents back to a state that they were in, in one atomic and durable write. @throws StoreError. */
  restoreDocuments(states: readonly DocumentState[]): Promise<void>;
}

/**
 * Opens the embedded store in a directory, and proves that its outcome log has no gap.
 *
 * @param options `createIfMissing`: whether a missing store is made, or one in an empty database (yes, unless told
 *   otherwise);
 *   `mode`: permissions of a directory that is made (the owner's only); `onFailure`.
 * @throws StoreError `STORE_LOCKED`, `STORE_MISSING`, `STORE_NEWER`, `STORE_CORRUPT` or `STORE_IO`;
 *   nothing stays open then.
 */
export async function openLevelStore(
  dir: string,
  options: Partial<LevelStoreOptions> = {},
): Promise<LevelStore> {
  const { createIfMissing = true, mode = OWNER_ONLY, onFailure } = options;
  if (resolve(dir).endsWith(PARTIAL)) {
    throw new StoreError(
      'STORE_CORRUPT',
      `${dir} is a backup that broke off before it was whole: use another`,
    );
  }
  const db = await openDatabase(dir, { createIfMissing, mode });
  let mark: HeadMark | undefined;
  try {
    mark = await HeadMark.open(dir);
    return await openPorts({ dir, db, mark, createIfMissing, onFailure });
  } catch (error) {
    await mark?.close();
    await db.close();
    throw storeErrorOf(error, `cannot open the store in ${dir}`);
  }
}

async function openPorts(parts: {
  readonly dir: string;
  readonly db: Database;
  readonly mark: HeadMark;
  readonly createIfMissing: boolean;
  readonly onFailure: LevelStoreOptions['onFailure'] | undefined;
}): Promise<LevelStore> {
  const { db, mark } = parts;
  const writer = new GuardedWriter(parts);
  await claimFormat(db, writer, parts);
  const ends = await verifyEnds(db, await mark.read());
  const { extent: found, total, decisions: logged } = ends;
  mark.note({ head: found.head, commits: total.commits });
  const extent = new ExtentInUse(found);
  const outcomes = new LevelOutcomeLog({ db, writer, mark, extent });
  const rollups = new LevelRollupStore({ db, writer, total: ends.rollups, foldedTo: ends.rolledUpTo });
  const decisions = new LevelDecisionLog({ db, writer, total: logged, rollups });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await outcomes.settle();
    await writer.settle();
    await mark.close();
    await db.close();
  };
  const documents = new LevelDocumentStore({ db, writer, mark, total });
  return {
    outcomes,
    documents,
    restoreDocuments: (states) => documents.restore(states),
    decisions,
    snapshots: new LevelSnapshotStore(db, writer),
    rollups,
    retention: new LevelRetention({ db, writer, extent, decisions }),
    scrub: (options) => scrubDatabase(db, extent, options),
    copyTo: (folder) => copyDatabase(db, folder),
    compact: () => compactDatabase(db),
    close: () => (closing ??= close()),
  };
}
