import { StoreError } from '../store-error.js';

/** What says no more than that the database is not open. */
const NOT_OPEN = 'LEVEL_DATABASE_NOT_OPEN';
const ownCode = (error: Error): unknown => (error as { code?: unknown }).code;

/** The database's or the system's code of an error, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = ownCode(at);
    if (typeof code === 'string' && code !== NOT_OPEN) return code;
  }
  return undefined;
}

/** In the words of what caused it, such as that no space is left. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ownCode(error) === NOT_OPEN && error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** What LevelDB says of a table that is cut short: the system has nothing against the disk. */
const CUT_SHORT = /\.(?:ldb|log|sst): Invalid argument$/;

/** A store's error for whatever the database threw while it was `doing` something. */
export function storeErrorOf(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const why = reasonOf(error);
  // Keys and values that cannot be parsed come up as RangeError.
  return codeOf(error) === 'LEVEL_CORRUPTION' || error instanceof RangeError || CUT_SHORT.test(why)
    ? new StoreError('STORE_CORRUPT', `${doing}: ${why}. Restore a backup`, { cause: error })
    : new StoreError('STORE_IO', `${doing}: ${why}`, { cause: error });
}
