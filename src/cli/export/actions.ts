import type { ArmId } from '../../core/registry/model.js';
import { ArmNumbers } from '../../runtime/arm-numbers.js';
import { namesOf } from '../../runtime/shadow/packed-answer.js';
import type { DocumentStore } from '../../store/ports.js';

/** The arms of a store as actions 0 … n − 1, in the order of their ids: the same in every export of it, but for new ones. */
export interface Actions {
  /** Names by action: the model, and its prompt variant where it is one. */
  readonly names: readonly string[];
  readonly of: ReadonlyMap<ArmId, number>;
}

/** @throws StoreError. */
export async function actionsOf(documents: DocumentStore): Promise<Actions> {
  const named = [...namesOf((await ArmNumbers.open(documents)).all)].sort(([a], [b]) => a - b);
  return {
    names: named.map(([, name]) => name),
    of: new Map(named.map(([armId], action) => [armId, action])),
  };
}

/** What estimators want to know of a table besides its columns. */
export const feedbackMetadata = (actions: Actions, rounds: number): Record<string, string> => ({
  n_rounds: String(rounds),
  n_actions: String(actions.names.length),
  actions: JSON.stringify(actions.names),
});
