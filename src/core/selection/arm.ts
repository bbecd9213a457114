import { NO_KIN, type Kin } from '../bandit/kin.js';
import { modelPriors, type ModelPriors, type Priors } from '../bandit/priors.js';
import { priceTable, type PriceTable } from '../cost/price-table.js';
import type { UseCase } from '../ids.js';
import { armKey, modelOfArmKey, variantOfArmKey, type PromptBook } from '../prompts/prompt-book.js';
import { isForModel, type Prompt, type PromptVariant } from '../prompts/prompt-variant.js';
import type { ArmId, Model, ModelId } from '../registry/model.js';
import type { Registry } from '../registry/registry.js';

/** A model, or a prompt variant on it, with all that a decision reads of it, looked up once per snapshot. */
export interface Arm {
  readonly armId: ArmId;
  readonly model: Model;
  /** Absent on an unpriced model. */
  readonly prices?: PriceTable;
  readonly priorTable: ModelPriors;
  /** Absent where the model is the arm. */
  readonly prompt?: Prompt;
  readonly kin: Kin;
}

/** The variant of an arm that is no more, or of a version that is no more. */
export type ArmVariant = Pick<PromptVariant, 'id' | 'version'>;

/** `provider/name`, with the prompt variant behind it where the arm is one: `acme/large (brief v2)`. */
export const nameOfArm = (model: ModelId, variant?: ArmVariant): string =>
  variant === undefined ? model : `${model} (${variant.id} v${variant.version})`;

export const armName = ({ model, prompt }: Pick<Arm, 'model' | 'prompt'>): string =>
  nameOfArm(model.id, prompt?.variant);

/** The arms of a registry and its prompt variants. */
export interface ArmTable {
  /** Of use cases without variants: one arm per model, by model id. */
  readonly plain: readonly Arm[];
  /** Of use cases with variants: by model id, then variant id. */
  readonly byUseCase: ReadonlyMap<UseCase, readonly Arm[]>;
  /** Every arm that ever was, of models that there are: reports on them still count. */
  readonly byId: ReadonlyMap<ArmId, Arm>;
  /** The variant of an arm, whether or not it is still there; absent on plain ones. */
  readonly variantOf: ReadonlyMap<ArmId, ArmVariant>;
}

/** An arm that was numbered for a variant. */
interface NumberedVariant extends ArmVariant {
  readonly armId: ArmId;
  /** Absent where the variant was deleted. */
  readonly useCase?: UseCase;
}

/** Works out every arm once. */
export function armTable(registry: Registry, priors: Priors, book: PromptBook): ArmTable {
  const numbered = numberedVariants(book);
  const plain = registry.list().map(({ armId, model }): Arm => {
    const elsewhere = (numbered.get(model.id) ?? []).map((variant) => variant.armId);
    return {
      armId,
      model,
      ...(model.prices === undefined ? {} : { prices: priceTable(model.prices) }),
      priorTable: modelPriors(priors, model.id),
      kin: elsewhere.length === 0 ? NO_KIN : { here: [], elsewhere },
    };
  });
  const byId = new Map<ArmId, Arm>();
  const variantOf = new Map<ArmId, ArmVariant>();
  for (const arm of plain) {
    for (const { armId, id, version } of numbered.get(arm.model.id) ?? []) {
      byId.set(armId, { ...arm, armId, kin: NO_KIN });
      variantOf.set(armId, { id, version });
    }
  }
  const byUseCase = new Map<UseCase, readonly Arm[]>();
  for (const useCase of useCasesOf(book)) {
    const arms = plain.flatMap((arm) => armsOfModel(arm, useCase, { book, numbered }));
    byUseCase.set(useCase, arms);
    for (const arm of arms) if (arm.prompt !== undefined) byId.set(arm.armId, arm);
  }
  for (const arm of plain) byId.set(arm.armId, arm);
  return { plain, byUseCase, byId, variantOf };
}

/** Arms of variants by model, from the numbers that they were given. */
function numberedVariants(book: PromptBook): ReadonlyMap<ModelId, readonly NumberedVariant[]> {
  const byModel = new Map<ModelId, NumberedVariant[]>();
  for (const [key, armId] of book.armIds) {
    const variant = variantOfArmKey(key);
    if (variant === undefined) continue;
    const useCase = book.byId(variant.id)?.variant.useCase;
    const numbered = { ...variant, armId, ...(useCase !== undefined && { useCase }) };
    const others = byModel.get(modelOfArmKey(key));
    if (others === undefined) byModel.set(modelOfArmKey(key), [numbered]);
    else others.push(numbered);
  }
  return byModel;
}

const useCasesOf = (book: PromptBook): ReadonlySet<UseCase> =>
  new Set(book.list().map(({ variant }) => variant.useCase));

/** The active variants of a model in a use case, or the model alone where there are none. */
function armsOfModel(
  arm: Arm,
  useCase: UseCase,
  { book, numbered }: { book: PromptBook; numbered: ReadonlyMap<ModelId, readonly NumberedVariant[]> },
): readonly Arm[] {
  // What was deleted has no use case any more: where its arm was never taught, it lends nothing.
  const inUseCase = (numbered.get(arm.model.id) ?? []).filter(
    (variant) => variant.useCase === useCase || variant.useCase === undefined,
  );
  if (inUseCase.length === 0) return [arm];
  const all = [arm.armId, ...(numbered.get(arm.model.id) ?? []).map(({ armId }) => armId)];
  const here = [arm.armId, ...inUseCase.map(({ armId }) => armId)];
  const kinOf = (own: ArmId): Kin => ({
    here: here.filter((armId) => armId !== own),
    elsewhere: all.filter((armId) => armId !== own),
  });
  const variants = book.list().flatMap((prompt): Arm[] => {
    const { variant } = prompt;
    if (variant.useCase !== useCase || variant.status !== 'active' || !isForModel(variant, arm.model))
      return [];
    const armId = book.armIds.get(armKey(arm.model.id, variant));
    return armId === undefined ? [] : [{ ...arm, armId, prompt, kin: kinOf(armId) }];
  });
  return variants.length > 0 ? variants : [{ ...arm, kin: kinOf(arm.armId) }];
}
