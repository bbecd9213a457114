import { openMemoryStore } from './memory/memory-store.js';
import type { Store } from './ports.js';
import { StoreError } from './store-error.js';

/** Stands in for a store that cannot be used. */
export interface DegradedStore extends Store {
  /** From now on no document changes. */
  seal(): void;
}

/**
 * A store in memory that takes no outcome, and no document once it is sealed: a start may note its policy, but nothing
 * that a caller asks for may be taken and then forgotten.
 *
 * @param reason why the real one cannot be used.
 */
export function openDegradedStore(reason: string): DegradedStore {
  const memory = openMemoryStore();
  const { documents } = memory;
  let isSealed = false;
  const refusal = (): StoreError => new StoreError('STORE_IO', `the store cannot be used: ${reason}`);
  const unlessSealed = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isSealed) throw refusal();
    return work();
  };
  return {
    ...memory,
    outcomes: {
      read: (from) => memory.outcomes.read(from),
      readOf: (decisionId) => memory.outcomes.readOf(decisionId),
      head: () => memory.outcomes.head(),
      base: () => memory.outcomes.base(),
      readBase: () => memory.outcomes.readBase(),
      append: () => Promise.reject(refusal()),
    },
    documents: {
      get: (kind, name) => documents.get(kind, name),
      list: (kind) => documents.list(kind),
      span: (kind, span) => documents.span(kind, span),
      commit: (changes) => unlessSealed(() => documents.commit(changes)),
      put: (kind, name, body, revision) => unlessSealed(() => documents.put(kind, name, body, revision)),
      delete: (kind, name, revision) => unlessSealed(() => documents.delete(kind, name, revision)),
    },
    // Nothing that is learned outlives it.
    snapshots: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
    decisions: {
      append: () => Promise.reject(refusal()),
      range: (from, to, order) => memory.decisions.range(from, to, order),
    },
    seal: () => {
      isSealed = true;
    },
  };
}
