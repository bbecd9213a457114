import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/ports.js';
import { decisionLogContract } from './decision-log-contract.js';
import { documentStoreContract } from './document-store-contract.js';
import { outcomeLogContract } from './outcome-log-contract.js';
import { retentionContract } from './retention-contract.js';
import { rollupStoreContract } from './rollup-store-contract.js';
import { snapshotStoreContract } from './snapshot-store-contract.js';

/** How an adapter's stores are made in a test. */
export interface StoreFactory {
  /** An empty store. */
  open(): Promise<Store>;
  /** Closes a store and opens what it left; absent where nothing survives. */
  reopen?(store: Store): Promise<Store>;
  /** Closes the last store and removes what it left. */
  dispose(): Promise<void>;
}

/** The store under test, which may be closed and opened again on the way. */
export interface StoreUnderTest {
  current(): Store;
  /** An empty store in place of the current one. */
  renew(): Promise<Store>;
  /** Whether the store survives a `reopen`, which does nothing where it does not. */
  readonly persistent: boolean;
  reopen(): Promise<void>;
}

/** What every adapter of the storage ports must do. */
export function storeContract(name: string, factory: StoreFactory): void {
  describe(`the storage contract: ${name}`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await factory.open();
    });
    afterEach(() => factory.dispose());

    const underTest: StoreUnderTest = {
      current: () => store,
      renew: async () => {
        await factory.dispose();
        store = await factory.open();
        return store;
      },
      persistent: factory.reopen !== undefined,
      reopen: async () => {
        if (factory.reopen) store = await factory.reopen(store);
      },
    };

    outcomeLogContract(underTest);
    documentStoreContract(underTest);
    decisionLogContract(underTest);
    snapshotStoreContract(underTest);
    retentionContract(underTest);
    rollupStoreContract(underTest);
  });
}
