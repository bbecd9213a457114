import { describe, expect, it } from 'vitest';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import type { ArmId } from '../../src/core/registry/model.js';
import type { RollupKey } from '../../src/core/rollup/rollup-book.js';
import type { RollupRow } from '../../src/store/ports.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';
import { collect } from './collect.js';
import type { StoreUnderTest } from './store-contract.js';

const ACME = 'acme' as TenantId;

const keyOf = (changes: Partial<RollupKey> = {}): RollupKey => ({
  tier: 'hour',
  tenant: ACME,
  startMs: 3_600_000,
  useCase: 'chat' as UseCase,
  armId: 7 as ArmId,
  source: 'outcomes',
  ...changes,
});
const rowOf = (text: string, changes: Partial<RollupKey> = {}): RollupRow => ({
  key: keyOf(changes),
  body: Buffer.from(text),
});

/** The rollups under test. */
export function rollupStoreContract(store: StoreUnderTest): void {
  const rollups = () => store.current().rollups;
  const textOf = (body: Uint8Array | undefined) => body && Buffer.from(body).toString();
  const hours = { tier: 'hour', tenant: ACME, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER } as const;
  const textsIn = async (changes: Partial<Parameters<ReturnType<typeof rollups>['range']>[0]> = {}) =>
    (await collect(rollups().range({ ...hours, ...changes }))).flat().map(({ body }) => textOf(body));

  describe('rollups', () => {
    it('are written together with their position, and replaced', async () => {
      expect(rollups().foldedTo()).toBe(0);
      await store.current().outcomes.append([]);
      await rollups().commit([rowOf('one'), rowOf('two', { source: 'decisions' })], 0);
      await rollups().commit([rowOf('three')], 0);
      await store.reopen();
      const found = await rollups().get([
        keyOf(),
        keyOf({ armId: 8 as ArmId }),
        keyOf({ source: 'decisions' }),
      ]);
      expect(found.map(textOf)).toEqual(['three', undefined, 'two']);
    });

    it('are read by span, tenant and tier, in order, with their keys', async () => {
      const starts = [300, 100, 200].map((startMs) => rowOf(String(startMs), { startMs }));
      const others = [
        rowOf('elsewhere', { tenant: 'acm' as TenantId }),
        rowOf('longer', { tenant: 'acmee' as TenantId }),
        rowOf('minute', { tier: 'minute' }),
        rowOf('100b', { startMs: 100, useCase: 'chat-b' as UseCase }),
      ];
      await rollups().commit([...starts, ...others], 0);
      await store.reopen();
      expect(await textsIn()).toEqual(['100', '100b', '200', '300']);
      expect(await textsIn({ fromMs: 101, toMs: 300 })).toEqual(['200']);
      expect(await textsIn({ tier: 'minute' })).toEqual(['minute']);
      expect(await textsIn({ tenant: 'nobody' as TenantId })).toEqual([]);
      const [first] = (await collect(rollups().range(hours))).flat();
      expect(first!.key).toEqual(keyOf({ startMs: 100 }));
    });

    it('go into the write of the decisions that they hold', async () => {
      const { decisions } = store.current();
      const decision = { decisionId: decisionIdOf(1), issueTimeMs: 5, body: Uint8Array.of(1) };
      await decisions.append([decision], [rowOf('one decision')]);
      await store.reopen();
      expect(await textsIn()).toEqual(['one decision']);
      expect(await collect(store.current().decisions.range(0, 10))).toHaveLength(1);
      expect(rollups().foldedTo()).toBe(0);
    });

    it('of one tier leave before a time, of all tenants', async () => {
      const tenants = ['acme', 'globex', 'initech'] as TenantId[];
      const rows = tenants.flatMap((tenant) =>
        [100, 200].map((startMs) => rowOf(tenant, { tenant, startMs })),
      );
      await rollups().commit([...rows, rowOf('day', { tier: 'day', startMs: 0 })], 0);
      expect(await rollups().removeBefore('hour', 200)).toBe(3);
      expect(await rollups().removeBefore('hour', 200)).toBe(0);
      await store.reopen();
      for (const tenant of tenants) expect(await textsIn({ tenant })).toEqual([tenant]);
      expect(await textsIn({ tier: 'day' })).toEqual(['day']);
    });

    it('refuse names that a key could not tell apart', async () => {
      await expect(rollups().get([keyOf({ useCase: 'a\0b' as UseCase })])).rejects.toThrow(RangeError);
      await expect(rollups().get([keyOf({ tenant: '' as TenantId })])).rejects.toThrow(RangeError);
    });

    it('are found whole by a scrub', async () => {
      await rollups().commit([rowOf('one'), rowOf('two', { startMs: 5 })], 0);
      await rollups().commit([rowOf('three')], 0);
      await rollups().removeBefore('hour', 100);
      expect((await store.current().scrub()).faults).toEqual([]);
    });
  });
}
