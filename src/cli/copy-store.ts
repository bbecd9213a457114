import { openLevelStore } from '../store/level/open-level-store.js';
import type { StoreCopy } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';

/** Copies a stopped store, once it was looked through. @returns nothing where that is refused; the reason is printed. */
export async function copyStore(from: string, to: string): Promise<StoreCopy | undefined> {
  try {
    const store = await openLevelStore(from, { createIfMissing: false });
    try {
      return await store.copyTo(to);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return undefined;
  }
}
