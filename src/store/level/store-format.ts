import { metaKey } from '../keys.js';
import { seal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import type { Database } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { putExtent } from './log-extent.js';

/** Version of what lies in the database: keys, values and the block format. */
export const STORE_FORMAT = 1;

const FORMAT_KEY = metaKey('format');

/**
 * Makes sure that this version may use what lies in a database, and founds an empty one.
 *
 * @throws StoreError `STORE_NEWER` or `STORE_CORRUPT`.
 */
export async function claimFormat(db: Database, writer: GuardedWriter, dir: string): Promise<void> {
  const sealed = (await db.get(FORMAT_KEY)) as Buffer | undefined;
  if (sealed === undefined) return found(db, writer, dir);
  const format = unseal(FORMAT_KEY, sealed, () => `the format of the store in ${dir}`).readUInt32BE(0);
  if (format > STORE_FORMAT) {
    throw new StoreError(
      'STORE_NEWER',
      `the store in ${dir} has format ${format}, this version knows ${STORE_FORMAT}: ` +
        `use the newer version, or restore a backup that was made before the upgrade`,
    );
  }
  if (format < 1) throw new StoreError('STORE_CORRUPT', `the store in ${dir} has the format ${format}`);
}

async function found(db: Database, writer: GuardedWriter, dir: string): Promise<void> {
  const anyKey = await db.keys({ limit: 1 }).all();
  if (anyKey.length > 0) {
    throw new StoreError(
      'STORE_CORRUPT',
      `the database in ${dir} does not say its format: restore a backup, or choose another directory`,
    );
  }
  const format = Buffer.alloc(4);
  format.writeUInt32BE(STORE_FORMAT, 0);
  await writer.write(
    [{ type: 'put', key: FORMAT_KEY, value: seal(FORMAT_KEY, format) }, putExtent({ base: 0, head: 0 })],
    { sync: true },
  );
}
