import { withNewcomer, type Newcomer } from './newcomer.js';
import { loadOutcomeSet, type OutcomeSet, type SetSpec } from './outcome-set.js';

/** A set from disk, and an arm made of its others, if any. */
export interface BenchSetSpec extends SetSpec {
  readonly newcomer?: Newcomer;
}

const loaded = new Map<string, OutcomeSet>();

/** Loads a set once per process. */
export function benchSet(spec: BenchSetSpec): OutcomeSet {
  const key = JSON.stringify(spec);
  let set = loaded.get(key);
  if (set === undefined) {
    const plain = loadOutcomeSet(spec);
    set = spec.newcomer === undefined ? plain : withNewcomer(plain, spec.newcomer);
    loaded.set(key, set);
  }
  return set;
}
