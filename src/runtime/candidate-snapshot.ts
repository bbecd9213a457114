import type { LearningState } from '../core/learning/learning-state.js';
import { armKeysOf, idConflicts, promptBook } from '../core/prompts/prompt-book.js';
import type { PromptVariant } from '../core/prompts/prompt-variant.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { buildRegistry } from '../core/registry/registry.js';
import type { Policy } from '../core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../core/selection/snapshot.js';
import { numbersIncluding } from './arm-numbers.js';

/** What a server holds beside its policy: models and prompt variants made by RPC, and the numbers of arms. */
export interface Surroundings {
  readonly storedModels: readonly Model[];
  readonly storedVariants: readonly PromptVariant[];
  /** By key; models and variants that are new to the server get the next ones. */
  readonly armIds: ReadonlyMap<string, ArmId>;
}

/**
 * What a policy would decide on that is not in force, amid what a server holds. Numbers of new arms are not durable, and
 * mean nothing elsewhere.
 * @throws RangeError where a name is taken by what is stored.
 */
export function candidateSnapshot(
  policy: Policy,
  { storedModels, storedVariants, armIds: known }: Surroundings,
  learning: LearningState,
): DecisionSnapshot {
  const { models: fileModels } = policy;
  const { variants: fileVariants } = policy.prompts;
  const models = [...fileModels, ...storedModels];
  const variants = [...fileVariants, ...storedVariants];
  const armIds = numbersIncluding(known, [...models.map(({ id }) => id), ...armKeysOf(variants, models)]);
  const registry = buildRegistry({
    fileModels,
    storedModels,
    armIds: armIds as ReadonlyMap<ModelId, ArmId>,
  });
  const faults = registry.ok ? idConflicts(fileVariants, storedVariants) : registry.faults;
  if (faults.length > 0 || !registry.ok)
    throw new RangeError(`the policy does not fit what is stored: ${faults[0]!.path}: ${faults[0]!.reason}`);
  return decisionSnapshot(
    policy,
    registry.value,
    learning,
    promptBook({ fileVariants, storedVariants, armIds }),
  );
}
