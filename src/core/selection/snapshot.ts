import type { UseCase } from '../ids.js';
import type { LearningState } from '../learning/learning-state.js';
import { NO_BOOK, type PromptBook } from '../prompts/prompt-book.js';
import type { ArmId } from '../registry/model.js';
import type { Registry } from '../registry/registry.js';
import { armTable, nameOfArm, type Arm, type ArmVariant } from './arm.js';
import type { Policy } from './policy.js';

/**
 * All that a decision reads. Policy, registry, prompts and arms never change; the learning state changes only
 * between decisions, by folding.
 */
export interface DecisionSnapshot {
  readonly policy: Policy;
  readonly registry: Registry;
  readonly prompts: PromptBook;
  /** One arm per model, by model id: those of use cases without prompt variants. */
  readonly arms: readonly Arm[];
  /** Arms of the use cases that have variants. */
  readonly armsByUseCase: ReadonlyMap<UseCase, readonly Arm[]>;
  /** Every arm that ever was, of models that there are. */
  readonly armById: ReadonlyMap<ArmId, Arm>;
  readonly variantOfArm: ReadonlyMap<ArmId, ArmVariant>;
  readonly learning: LearningState;
}

export function decisionSnapshot(
  policy: Policy,
  registry: Registry,
  learning: LearningState,
  prompts: PromptBook = NO_BOOK,
): DecisionSnapshot {
  const { plain, byUseCase, byId, variantOf } = armTable(registry, policy.priors, prompts);
  return {
    policy,
    registry,
    prompts,
    arms: plain,
    armsByUseCase: byUseCase,
    armById: byId,
    variantOfArm: variantOf,
    learning,
  };
}

/** The arms that a request of a use case is decided among, before any filter. */
export const armsFor = ({ arms, armsByUseCase }: DecisionSnapshot, useCase: UseCase): readonly Arm[] =>
  armsByUseCase.get(useCase) ?? arms;

/** An arm's name, whether or not it is still there. */
export function nameOfArmId({ armById, variantOfArm }: DecisionSnapshot, armId: ArmId): string {
  const arm = armById.get(armId);
  return arm === undefined ? `deleted model, arm ${armId}` : nameOfArm(arm.model.id, variantOfArm.get(armId));
}
