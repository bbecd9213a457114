import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './store-contract.js';

/** The snapshots under test. */
export function snapshotStoreContract(store: StoreUnderTest): void {
  const snapshots = () => store.current().snapshots;

  describe('the snapshot store', () => {
    it('is empty at first', async () => {
      expect(await snapshots().load()).toBeUndefined();
    });

    it('loads what was saved last', async () => {
      for (const byte of [1, 2, 3, 4, 5]) {
        await snapshots().save(Uint8Array.of(byte, 0, byte));
        await store.reopen();
        expect([...(await snapshots().load())!]).toEqual([byte, 0, byte]);
      }
    });

    it('orders concurrent saves', async () => {
      await Promise.all([1, 2, 3].map((byte) => snapshots().save(Uint8Array.of(byte))));
      expect([...(await snapshots().load())!]).toEqual([3]);
    });

    it('takes megabytes, and nothing', async () => {
      const large = Buffer.alloc(5_000_000, 'sextant');
      await snapshots().save(large);
      await store.reopen();
      expect(large.equals((await snapshots().load())!)).toBe(true);
      await snapshots().save(new Uint8Array(0));
      expect([...(await snapshots().load())!]).toEqual([]);
    });
  });
}
