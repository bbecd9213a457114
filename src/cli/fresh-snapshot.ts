import { LearningState } from '../core/learning/learning-state.js';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import { candidateSnapshot } from '../runtime/candidate-snapshot.js';

const NOTHING_STORED = { storedModels: [], storedVariants: [], armIds: new Map<string, never>() };

/** What a server would decide on that starts on this policy and an empty store. */
export function freshSnapshot(policy: Policy): DecisionSnapshot {
  const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
  return candidateSnapshot(policy, NOTHING_STORED, learning);
}
