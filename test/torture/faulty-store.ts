import type { Rng } from '../../src/core/random.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { OutcomeLog, Store } from '../../src/store/ports.js';
import { StoreError } from '../../src/store/store-error.js';

/** A store that outlives the runtimes on it, and whose next write of outcomes fails when it is told to. */
export class FaultyStore {
  readonly store: Store;
  /** The next append fails: before it did anything, or after it did all. */
  nextFails = false;

  constructor(private readonly rng: Rng) {
    const inner = openMemoryStore();
    this.store = { ...inner, outcomes: this.faulty(inner.outcomes), close: () => Promise.resolve() };
  }

  private faulty(inner: OutcomeLog): OutcomeLog {
    return {
      head: () => inner.head(),
      base: () => inner.base(),
      readBase: () => inner.readBase(),
      readOf: (id) => inner.readOf(id),
      read: (from) => inner.read(from),
      append: async (groups) => {
        if (!this.nextFails) return inner.append(groups);
        this.nextFails = false;
        if (this.rng() < 0.5) await inner.append(groups);
        throw new StoreError('STORE_IO', 'the simulated disk failed');
      },
    };
  }
}
