import { SextantError } from '../core/errors.js';
import { StoreError } from '../store/store-error.js';

/** What the store gives. @throws SextantError STORE_UNAVAILABLE in place of a StoreError, for a caller who may come back. */
export async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new SextantError('STORE_UNAVAILABLE', 'the store is not available', { cause: error });
  }
}
