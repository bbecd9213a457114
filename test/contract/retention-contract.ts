import { describe, expect, it } from 'vitest';
import { decisionTimeMs, type DecisionId } from '../../src/core/ids.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';
import { collect, outcomesFrom } from './collect.js';
import type { StoreUnderTest } from './store-contract.js';

/** A decision taken at a time. */
export function decisionIdAt(timeMs: number, number = 0): DecisionId {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${number.toString(16).padStart(12, '0')}` as DecisionId;
}

/** What the store under test lets go of. */
export function retentionContract(store: StoreUnderTest): void {
  const log = () => store.current().outcomes;
  const retention = () => store.current().retention;
  const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

  describe('a prefix of the outcome log', () => {
    const fill = async (): Promise<void> => {
      await log().append([[outcomeOf(0), outcomeOf(1), outcomeOf(2)]]);
      await log().append([[outcomeOf(3), outcomeOf(4)]]);
      await log().append([[outcomeOf(5)]]);
    };

    it('is replaced by a base', async () => {
      await fill();
      expect([log().base(), await log().readBase()]).toEqual([0, undefined]);
      await retention().replacePrefix(3, Buffer.from('three'));
      for (const reopened of [false, true]) {
        if (reopened) await store.reopen();
        expect([log().base(), log().head(), text(await log().readBase())]).toEqual([3, 6, 'three']);
        expect(await outcomesFrom(log(), 3)).toStrictEqual([3, 4, 5].map((n) => outcomeOf(n)));
      }
      const firsts = (await collect(log().read(0))).map(({ firstSequence }) => firstSequence);
      expect(firsts).toEqual([3, 5]);
    });

    it('can be all there is, and what comes after goes on', async () => {
      await fill();
      await retention().replacePrefix(5, Buffer.from('five'));
      await retention().replacePrefix(6, Buffer.from('six'));
      await store.reopen();
      expect(await collect(log().read(0))).toEqual([]);
      expect(await log().append([[outcomeOf(6)]])).toEqual([[{ kind: 'recorded', sequence: 6 }]]);
      await store.reopen();
      expect(text(await log().readBase())).toBe('six');
      expect(await outcomesFrom(log(), 6)).toStrictEqual([outcomeOf(6)]);
    });

    it('leaves what was reported before known', async () => {
      await fill();
      await retention().replacePrefix(6, Buffer.from('six'));
      await store.reopen();
      expect(await log().append([[outcomeOf(2)], [outcomeOf(5, { digest: 'b'.repeat(16) })]])).toEqual([
        [{ kind: 'duplicate' }],
        [{ kind: 'conflict' }],
      ]);
    });

    it('ends where a block starts, after the base and not beyond the end', async () => {
      await fill();
      for (const to of [0, 1, 4, 7, -1]) {
        await expect(retention().replacePrefix(to, Buffer.from('x'))).rejects.toThrow(RangeError);
      }
      await retention().replacePrefix(3, Buffer.from('three'));
      await expect(retention().replacePrefix(3, Buffer.from('x'))).rejects.toThrow(RangeError);
      expect(text(await log().readBase())).toBe('three');
      expect(await log().append([[outcomeOf(9)]])).toEqual([[{ kind: 'recorded', sequence: 6 }]]);
    });

    it('may go while the log is read and written', async () => {
      await fill();
      const read = collect(log().read(0));
      const [, , blocks] = await Promise.all([
        retention().replacePrefix(3, Buffer.from('three')),
        log().append([[outcomeOf(6)]]),
        read,
      ]);
      const found = blocks.flatMap(({ outcomes }) => outcomes);
      // With or without what was removed, and what was appended, meanwhile; and without a gap.
      const first = found[0]!.decisionId === outcomeOf(0).decisionId ? 0 : 3;
      expect(found.length).toBeGreaterThanOrEqual(6 - first);
      expect(found).toStrictEqual(found.map((_, i) => outcomeOf(first + i)));
      expect([log().base(), log().head()]).toEqual([3, 7]);
      await store.reopen();
      expect((await outcomesFrom(log(), 3)).length).toBe(4);
    });
  });

  describe('the floor of what is remembered', () => {
    const at = (timeMs: number, n = 0) => outcomeOf(0, { decisionId: decisionIdAt(timeMs, n) });

    it('refuses what is reported of earlier decisions, whether it was recorded or not', async () => {
      await log().append([[at(1_000)], [at(2_000)], [at(3_000)]]);
      expect(retention().dedupeFloorMs()).toBe(0);
      expect(await retention().raiseDedupeFloor(2_000)).toBe(1);
      for (const reopened of [false, true]) {
        if (reopened) await store.reopen();
        expect(retention().dedupeFloorMs()).toBe(2_000);
        expect(await log().append([[at(1_000)], [at(1_999, 7)], [at(2_000)], [at(3_000)]])).toEqual([
          [{ kind: 'expired' }],
          [{ kind: 'expired' }],
          [{ kind: 'duplicate' }],
          [{ kind: 'duplicate' }],
        ]);
      }
      expect(log().head()).toBe(3);
    });

    it('never goes back, so that a clock that was set counts nothing twice', async () => {
      await log().append([[at(1_000)]]);
      await retention().raiseDedupeFloor(5_000);
      expect(await retention().raiseDedupeFloor(10)).toBe(0);
      await store.reopen();
      expect(retention().dedupeFloorMs()).toBe(5_000);
      expect(await log().append([[at(1_000)]])).toEqual([[{ kind: 'expired' }]]);
    });

    it('withholds the rest of a report', async () => {
      await retention().raiseDedupeFloor(5_000);
      expect(await log().append([[at(4_999), at(6_000)], [at(7_000)]])).toEqual([
        [{ kind: 'expired' }, { kind: 'withheld' }],
        [{ kind: 'recorded', sequence: 0 }],
      ]);
    });

    it('is that of the decision’s own time', () => {
      expect(decisionTimeMs(decisionIdAt(1_770_000_000_123))).toBe(1_770_000_000_123);
    });
  });

  it('logged decisions go by time', async () => {
    const { decisions } = store.current();
    const logged = Array.from({ length: 2_500 }, (_, n) => ({
      decisionId: decisionIdAt(n, n),
      issueTimeMs: n,
      body: Uint8Array.of(1),
    }));
    await decisions.append(logged);
    expect(await retention().removeDecisionsBefore(2_400)).toBe(2_400);
    expect(await retention().removeDecisionsBefore(2_400)).toBe(0);
    await store.reopen();
    const left = await collect(store.current().decisions.range(0, Infinity));
    expect(left.map(({ issueTimeMs }) => issueTimeMs)).toEqual(
      Array.from({ length: 100 }, (_, n) => 2_400 + n),
    );
    expect(await retention().decisionTimeWithin(1e9)).toBeLessThanOrEqual(2_400);
    expect(await retention().positionWithin(1e9)).toBe(0);
  });

  it('a store that was used is read through without a fault', async () => {
    await log().append([[outcomeOf(1), outcomeOf(2)], [outcomeOf(3)]]);
    const { documents, decisions, snapshots } = store.current();
    await documents.put('k', 'a', Buffer.from('one'), 0);
    await documents.put('k', 'a', Buffer.from('two'), 1);
    await documents.put('k', 'b', Buffer.from('b'), 0);
    await documents.delete('k', 'b', 1);
    await decisions.append([{ decisionId: decisionIdAt(5), issueTimeMs: 5, body: Uint8Array.of(1) }]);
    await snapshots.save(Uint8Array.of(1, 2, 3));
    await retention().replacePrefix(3, Buffer.from('base'));
    await store.reopen();
    expect(await store.current().scrub()).toMatchObject({ complete: true, faults: [], damagedSnapshots: 0 });
  });
}
