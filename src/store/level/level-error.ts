import { StoreError } from '../store-error.js';

/** The database's or the system's code of an error, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && code !== 'LEVEL_DATABASE_NOT_OPEN') return code;
  }
  return undefined;
}

/** A store's error for whatever the database threw while it was `doing` something. */
export function storeErrorOf(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  // Keys and values that cannot be parsed come up as RangeError.
  return codeOf(error) === 'LEVEL_CORRUPTION' || error instanceof RangeError
    ? new StoreError('STORE_CORRUPT', `${doing}: ${why}. Restore a backup`, { cause: error })
    : new StoreError('STORE_IO', `${doing}: ${why}`, { cause: error });
}
