import type { Rng } from '../../src/core/random.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { OutcomeLog, Store } from '../../src/store/ports.js';
import { StoreError } from '../../src/store/store-error.js';

/** A store that outlives the runtimes on it, and whose next write of outcomes fails when it is told to. */
export class FaultyStore {
  private readonly store: Store;
  private killed = { isDead: false };
  /** The next append fails: before it did anything, or after it did all. */
  nextFails = false;

  constructor(private readonly rng: Rng) {
    const inner = openMemoryStore();
    this.store = { ...inner, outcomes: this.faulty(inner.outcomes), close: () => Promise.resolve() };
  }

  /** The store as one process has it; the process before is dead: whatever it still tries to do fails, and changes nothing. */
  ofNextProcess(): Store {
    this.killed.isDead = true;
    this.killed = { isDead: false };
    return mortal(this.store, this.killed);
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

/** An object all of whose methods fail once its process is dead, and those of its parts. */
function mortal<T extends object>(target: T, process: { readonly isDead: boolean }): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          if (process.isDead) throw new StoreError('STORE_IO', 'the process was killed');
          return (value as (...of: unknown[]) => unknown).apply(of, args);
        };
      }
      return typeof value === 'object' && value !== null ? mortal(value, process) : value;
    },
  });
}
