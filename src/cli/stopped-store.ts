import { openLevelStore } from '../store/level/open-level-store.js';
import type { Store } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';

/**
 * Works on the store of a stopped server, or a copy of one, and closes it.
 * @returns nothing where the store refuses: the reason is printed then, and the exit code is 1.
 */
export async function withStoppedStore<T>(
  path: string,
  work: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  try {
    const store = await openLevelStore(path, { createIfMissing: false });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = 1;
    return undefined;
  }
}
