export const STORE_ERROR_CODES = [
  'STORE_LOCKED',
  'STORE_CORRUPT',
  'STORE_NEWER',
  'STORE_IO',
  'STORE_MISSING',
  'STORE_EXISTS',
  'STORE_UNSUPPORTED',
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** A store that cannot be used; the message says what an operator can do about it. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** The store's error that an error is, or was caused by. */
export function storeErrorIn(error: unknown): StoreError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof StoreError) return at;
  return undefined;
}

/** What bytes of the store say. @throws StoreError `STORE_CORRUPT` with the message where they cannot be read. */
export function readable<T>(otherwise: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new StoreError('STORE_CORRUPT', otherwise, { cause: error });
  }
}
