import { metaKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import type { Database, Operation } from './database.js';
import { EMPTY_TOTAL, putTotal } from './space-total.js';
import type { GuardedWriter } from './guarded-writer.js';
import { putExtent } from './log-extent.js';
import { migrateFrom1 } from './migrate-from-1.js';
import { migrateFrom2 } from './migrate-from-2.js';

/** Version of what lies in the database: keys, values and the block format. */
export const STORE_FORMAT = 3;

const FORMAT_KEY = metaKey('format');

/**
 * What brings a store from a format to the next: the batch that does so, which the new format's number goes into. What
 * does not fit one batch is written before, so that it can be begun again.
 */
type Migration = (db: Database) => Promise<Operation[]>;

const MIGRATION_FROM: Readonly<Record<number, Migration>> = { 1: migrateFrom1, 2: migrateFrom2 };

interface Claim {
  readonly dir: string;
  /** Whether an empty database becomes a store. */
  readonly createIfMissing: boolean;
}

/**
 * Makes sure that this version may use what lies in a database: founds an empty one where it may, and brings an older
 * format up to this one, step by step. A process that is killed on the way leaves the format before the step or after it.
 *
 * @throws StoreError `STORE_NEWER`, `STORE_MISSING`, `STORE_CORRUPT` or `STORE_IO`.
 */
export async function claimFormat(db: Database, writer: GuardedWriter, claim: Claim): Promise<void> {
  const { dir } = claim;
  const sealed = (await db.get(FORMAT_KEY)) as Buffer | undefined;
  if (sealed === undefined) return found(db, writer, claim);
  let format = formatOf(sealed);
  if (format > STORE_FORMAT) {
    throw new StoreError(
      'STORE_NEWER',
      `the store in ${dir} has format ${format}, this version knows ${STORE_FORMAT}: ` +
        `use the newer version, or restore a backup that was made before the upgrade`,
    );
  }
  for (; format < STORE_FORMAT; format++) {
    const migrate = MIGRATION_FROM[format];
    if (migrate === undefined)
      throw new StoreError('STORE_CORRUPT', `the store in ${dir} has the format ${format}`);
    await writer.write([...(await migrate(db)), putFormat(format + 1)], { sync: true });
  }
}

/** What a value under the format's key says. @throws StoreError `STORE_CORRUPT`. */
export const formatOf = (sealed: Buffer): number =>
  unseal(FORMAT_KEY, sealed, () => 'the format of the store').readUInt32BE(0);

export { FORMAT_KEY };

async function found(db: Database, writer: GuardedWriter, { dir, createIfMissing }: Claim): Promise<void> {
  const anyKey = await db.keys({ limit: 1 }).all();
  if (anyKey.length > 0) {
    throw new StoreError(
      'STORE_CORRUPT',
      `the database in ${dir} does not say its format: restore a backup, or choose another directory`,
    );
  }
  if (!createIfMissing) {
    throw new StoreError(
      'STORE_MISSING',
      `the database in ${dir} is empty: check the path, or use another backup`,
    );
  }
  await writer.write(
    [
      putFormat(STORE_FORMAT),
      putExtent({ base: 0, head: 0, floorMs: 0 }),
      putTotal('documents', EMPTY_TOTAL),
      putTotal('decisions', EMPTY_TOTAL),
      putTotal('rollups', EMPTY_TOTAL),
    ],
    { sync: true },
  );
}

function putFormat(version: number): Operation {
  const format = Buffer.alloc(4);
  format.writeUInt32BE(version, 0);
  return { type: 'put', key: FORMAT_KEY, value: seal(FORMAT_KEY, format) };
}
