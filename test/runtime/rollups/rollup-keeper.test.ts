import { describe, expect, it, vi } from 'vitest';
import type { TenantId } from '../../../src/core/ids.js';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { ROLLUP_TIERS } from '../../../src/core/rollup/tier.js';
import { RollupKeeper } from '../../../src/runtime/rollups/rollup-keeper.js';
import { openMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Store } from '../../../src/store/ports.js';
import { decodeRollup } from '../../../src/store/rollup-codec.js';
import { silent } from '../../builders/runtime.js';
import { sumOf } from '../../builders/statistics.js';
import { collect } from '../../contract/collect.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

const keeperOf = (store: Store): RollupKeeper => new RollupKeeper({ store, logger: silent });

/** Appends outcomes and tells a keeper of them, as the journal does. */
async function report(store: Store, numbers: readonly number[], keeper?: RollupKeeper): Promise<void> {
  const outcomes: Outcome[] = numbers.map((n) => outcomeOf(n));
  const first = store.outcomes.head();
  await store.outcomes.append([outcomes]);
  outcomes.forEach((outcome, i) => keeper?.recorded(outcome, first + i));
}

/** Calls by tier. */
async function calls({ rollups }: Store): Promise<readonly number[]> {
  const counts = ROLLUP_TIERS.map(async (tier) => {
    const query = { tier, tenant: 'acme' as TenantId, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    const rows = (await collect(rollups.range(query))).flat();
    return sumOf(rows.map(({ body }) => decodeRollup(body).get('calls')));
  });
  return Promise.all(counts);
}

describe('rollups of outcomes', () => {
  it('hold what was there before, what comes, and each once', async () => {
    const store = openMemoryStore();
    await report(store, [1, 2, 3]);
    const keeper = keeperOf(store);
    await report(store, [4], keeper);
    await keeper.flush();
    await report(store, [5, 6], keeper);
    await keeper.flush();
    await keeper.flush();
    expect(await calls(store)).toEqual([6, 6, 6]);
    expect(store.rollups.foldedTo()).toBe(6);
  });

  it('go on where the last process left them, with what it had not written', async () => {
    const store = openMemoryStore();
    const first = keeperOf(store);
    await first.flush();
    await report(store, [1, 2], first);
    await first.flush();
    await report(store, [3], first);
    // Killed here: what it had gathered is gone.
    const second = keeperOf(store);
    await report(store, [4], second);
    await second.flush();
    expect(await calls(store)).toEqual([4, 4, 4]);
  });

  it.each([true, false])('count once what a failed write held (on disk after all: %s)', async (isWritten) => {
    const store = openMemoryStore();
    const keeper = keeperOf(store);
    await keeper.flush();
    await report(store, [1, 2], keeper);
    const commit = store.rollups.commit.bind(store.rollups);
    vi.spyOn(store.rollups, 'commit').mockImplementationOnce(async (...args) => {
      if (isWritten) await commit(...args);
      throw new Error('disk');
    });
    await expect(keeper.flush()).rejects.toThrow('disk');
    await report(store, [3], keeper);
    await keeper.flush();
    await report(store, [4], keeper);
    await keeper.flush();
    expect(await calls(store)).toEqual([4, 4, 4]);
  });

  it('count once what comes while the log is read and while it is written', async () => {
    const store = openMemoryStore();
    for (let n = 0; n < 20; n++) await report(store, [n]);
    const keeper = keeperOf(store);
    const flushes: Promise<void>[] = [];
    for (let n = 20; n < 60; n++) {
      if (n % 3 === 0) flushes.push(keeper.flush());
      await report(store, [n], keeper);
    }
    await Promise.all(flushes);
    await keeper.close();
    await keeperOf(store).flush();
    expect(await calls(store)).toEqual([60, 60, 60]);
  });

  it('are durable before their outcomes leave the log', async () => {
    const store = openMemoryStore();
    const keeper = keeperOf(store);
    await report(store, [1, 2], keeper);
    await keeper.keepUpTo(2);
    await store.retention.replacePrefix(2, Buffer.from('base'));
    await report(store, [3]);
    await keeperOf(store).flush();
    expect(await calls(store)).toEqual([3, 3, 3]);
  });

  it('begin at the base of a log whose beginning left before there were any', async () => {
    const store = openMemoryStore();
    await report(store, [1, 2]);
    await report(store, [3]);
    await store.retention.replacePrefix(2, Buffer.from('base'));
    await keeperOf(store).flush();
    expect([await calls(store), store.rollups.foldedTo()]).toEqual([[1, 1, 1], 3]);
  });
});
