import { LearningState } from '../core/learning/learning-state.js';
import { armKeysOf, promptBook } from '../core/prompts/prompt-book.js';
import type { ArmId, ModelId } from '../core/registry/model.js';
import { buildRegistry } from '../core/registry/registry.js';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../core/selection/snapshot.js';
import { refuse } from './config-options.js';

/** What a server would decide on that starts on this policy and an empty store. Ends the command on clashing names. */
export function freshSnapshot(policy: Policy): DecisionSnapshot {
  const { models, prompts } = policy;
  const armIds = new Map(models.map(({ id }, i): [ModelId, ArmId] => [id, (i + 1) as ArmId]));
  const registry = buildRegistry({ fileModels: models, storedModels: [], armIds });
  if (!registry.ok) refuse(registry.faults);
  const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
  const keys = [...armIds.keys(), ...armKeysOf(prompts.variants, models)];
  const numbers = new Map(keys.map((key, i): [string, ArmId] => [key, (i + 1) as ArmId]));
  const book = promptBook({ fileVariants: prompts.variants, storedVariants: [], armIds: numbers });
  return decisionSnapshot(policy, registry.value, learning, book);
}
