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
