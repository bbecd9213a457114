import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { DecisionId } from '../core/ids.js';

/** What the runtime takes from outside; tests and replays give their own. */
export interface Environment {
  nowMs(): number;
  /** 64 random bits. */
  newSeed(): bigint;
  newDecisionId(): DecisionId;
}

const SEEDS_AT_ONCE = 512;

/** The real clock and the system's entropy, read in bulk because one call costs more than the decision. */
export function systemEnvironment(): Environment {
  const seeds = new BigUint64Array(SEEDS_AT_ONCE);
  let used = SEEDS_AT_ONCE;
  return {
    nowMs: () => Date.now(),
    newSeed: () => {
      if (used === SEEDS_AT_ONCE) {
        randomFillSync(seeds);
        used = 0;
      }
      return seeds[used++]!;
    },
    newDecisionId: () => uuidv7() as DecisionId,
  };
}
