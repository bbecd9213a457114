import type { LearningState } from '../learning/learning-state.js';
import type { ArmId } from '../registry/model.js';
import type { Registry } from '../registry/registry.js';
import { armsOf, type Arm } from './arm.js';
import type { Policy } from './policy.js';

/**
 * All that a decision reads. Policy, registry and arms never change; the learning state changes only
 * between decisions, by folding.
 */
export interface DecisionSnapshot {
  readonly policy: Policy;
  readonly registry: Registry;
  readonly arms: readonly Arm[];
  readonly armById: ReadonlyMap<ArmId, Arm>;
  readonly learning: LearningState;
}

export function decisionSnapshot(
  policy: Policy,
  registry: Registry,
  learning: LearningState,
): DecisionSnapshot {
  const arms = armsOf(registry, policy.priors);
  return { policy, registry, arms, armById: new Map(arms.map((arm) => [arm.armId, arm])), learning };
}
