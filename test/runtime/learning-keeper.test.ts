import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compareStates } from '../../src/core/learning/compare-states.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { LearningKeeper } from '../../src/runtime/learning-keeper.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { anyLog, folded, HALF_LIVES, HOUR_MS } from '../builders/learning.js';
import { silent } from '../builders/runtime.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';

const OTHERS = { ...HALF_LIVES, quality: 24 * HOUR_MS };

function keeperOf(store: Store, snapshotEveryOutcomes = 1_000_000) {
  return { keeper: new LearningKeeper({ store, logger: silent, snapshotEveryOutcomes }) };
}

/** Appends and folds, as the journal does. */
async function take(keeper: LearningKeeper, store: Store, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const first = store.outcomes.head();
  await store.outcomes.append([outcomes]);
  outcomes.forEach((outcome, i) => keeper.fold(outcome, first + i));
}

describe('recovery', () => {
  it('from a snapshot and the tail equals the fold from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog(20 * 24 * HOUR_MS), fc.nat(40), async (log, cut) => {
        const store = openMemoryStore();
        const { keeper } = keeperOf(store);
        await keeper.open(HALF_LIVES);
        await take(keeper, store, log.slice(0, cut));
        await keeper.close();
        const tail = keeperOf(store).keeper;
        await tail.open(HALF_LIVES);
        await take(tail, store, log.slice(cut));
        const reopened = keeperOf(store).keeper;
        await reopened.open(HALF_LIVES);
        for (const { state } of [tail, reopened]) expect(compareStates(state, folded(log))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('starts from the snapshot, and not from nothing', async () => {
    const store = openMemoryStore();
    const first = keeperOf(store).keeper;
    await first.open(HALF_LIVES);
    await take(first, store, [outcomeOf(1), outcomeOf(2)]);
    await first.close();
    const read: number[] = [];
    const watched = { ...store, outcomes: watch(store, read) };
    await keeperOf(watched).keeper.open(HALF_LIVES);
    expect(read).toEqual([2]);
  });

  it.each([
    ['of other half-lives', OTHERS, 2],
    ['that is ahead of the log', HALF_LIVES, 9],
  ])('passes over a snapshot %s', async (_name, halfLives, count) => {
    const [store, other] = [openMemoryStore(), openMemoryStore()];
    const writer = keeperOf(other).keeper;
    await writer.open(halfLives);
    await take(
      writer,
      other,
      Array.from({ length: count }, (_, i) => outcomeOf(i)),
    );
    await writer.close();
    await store.snapshots.save((await other.snapshots.load())!);
    const log = [outcomeOf(0), outcomeOf(1)];
    await store.outcomes.append([log]);
    const { keeper } = keeperOf(store);
    await keeper.open(HALF_LIVES);
    expect(compareStates(keeper.state, folded(log))).toEqual([]);
  });

  it('is needed before the state is read', () => {
    expect(() => keeperOf(openMemoryStore()).keeper.state).toThrow(/before it was recovered/);
  });
});

function watch(store: Store, read: number[]): Store['outcomes'] {
  return {
    append: (groups) => store.outcomes.append(groups),
    head: () => store.outcomes.head(),
    base: () => store.outcomes.base(),
    readBase: () => store.outcomes.readBase(),
    readOf: (id) => store.outcomes.readOf(id),
    read: (from) => {
      read.push(from);
      return store.outcomes.read(from);
    },
  };
}

describe('other half-lives', () => {
  it('fold the log anew and swap, equal to a fold from nothing', async () => {
    const store = openMemoryStore();
    const { keeper } = keeperOf(store);
    await keeper.open(HALF_LIVES);
    const log = Array.from({ length: 30 }, (_, i) => outcomeOf(i));
    await take(keeper, store, log);
    (await keeper.prepare(OTHERS)).take();
    const refolded = keeper.state;
    expect(compareStates(refolded, folded(log, OTHERS))).toEqual([]);
    (await keeper.prepare(OTHERS)).take();
    expect(keeper.state).toBe(refolded);
  });

  it('lose no outcome that arrives while the log is folded anew', async () => {
    const store = openMemoryStore();
    const { keeper } = keeperOf(store);
    await keeper.open(HALF_LIVES);
    const log = Array.from({ length: 40 }, (_, i) => outcomeOf(i));
    await take(keeper, store, log.slice(0, 20));
    const refolding = keeper.prepare(OTHERS);
    for (const outcome of log.slice(20)) await take(keeper, store, [outcome]);
    (await refolding).take();
    expect(compareStates(keeper.state, folded(log, OTHERS))).toEqual([]);
  });
});

describe('snapshots', () => {
  it('are saved every so many outcomes, without waiting', async () => {
    const store = openMemoryStore();
    const { keeper } = keeperOf(store, 10);
    await keeper.open(HALF_LIVES);
    const log = Array.from({ length: 11 }, (_, i) => outcomeOf(i));
    await take(keeper, store, log);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await store.snapshots.load()).toBeDefined();
  });

  it('that cannot be saved stop nothing', async () => {
    const store = openMemoryStore();
    const snapshots = {
      load: store.snapshots.load.bind(store.snapshots),
      save: () => Promise.reject(new Error('full')),
    };
    const { keeper } = keeperOf({ ...store, snapshots }, 2);
    await keeper.open(HALF_LIVES);
    await take(
      keeper,
      store,
      [0, 1, 2, 3].map((i) => outcomeOf(i)),
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(keeper.state.sequence).toBe(4);
  });
});
