import type { Fault } from '../fault.js';
import type { ArmId, Model, ModelId } from '../registry/model.js';
import type { Registry } from '../registry/registry.js';
import { promptOf } from './prompt.js';
import { promptEtag } from './prompt-to-json.js';
import { isForModel, type Prompt, type PromptVariant, type VariantId } from './prompt-variant.js';

/** Whether a variant stands in `rules/prompts.json`, and is read-only to RPC, or was made by RPC. */
export type PromptOrigin = 'file' | 'rpc';

export interface PromptBookEntry extends Prompt {
  readonly origin: PromptOrigin;
  /** Changes whenever the variant changes. */
  readonly etag: string;
}

/** Every known variant at one moment, and the numbers of all arms that ever were. It never changes. */
export interface PromptBook {
  byId(id: string): PromptBookEntry | undefined;
  /** Ordered by id. */
  list(): readonly PromptBookEntry[];
  /** Arm numbers by key: a model's id, or `armKey` of a model and a variant. */
  readonly armIds: ReadonlyMap<string, ArmId>;
}

export const NO_BOOK: PromptBook = { byId: () => undefined, list: () => [], armIds: new Map() };

const SEPARATOR = '#';

/** What stands for (model, variant) where arms are numbered. A model's id has no `#`. */
export const armKey = (model: ModelId, { id, version }: Pick<PromptVariant, 'id' | 'version'>): string =>
  `${model}${SEPARATOR}${id}@${version}`;

/** The model of an arm's key, and of a plain model's. */
export const modelOfArmKey = (key: string): ModelId => key.split(SEPARATOR, 1)[0] as ModelId;

/** The variant of an arm's key; absent on a plain model's. */
export function variantOfArmKey(key: string): Pick<PromptVariant, 'id' | 'version'> | undefined {
  const [, variant] = key.split(SEPARATOR);
  if (variant === undefined) return undefined;
  const at = variant.lastIndexOf('@');
  return { id: variant.slice(0, at) as VariantId, version: Number(variant.slice(at + 1)) };
}

export interface PromptBookInput {
  readonly fileVariants: readonly PromptVariant[];
  /** Variants made by RPC. */
  readonly storedVariants: readonly PromptVariant[];
  readonly armIds: ReadonlyMap<string, ArmId>;
}

/** Joins the variants of the file with those made by RPC. @throws RangeError where `idConflicts` has something to say. */
export function promptBook({ fileVariants, storedVariants, armIds }: PromptBookInput): PromptBook {
  const conflicts = idConflicts(fileVariants, storedVariants);
  if (conflicts.length > 0) throw new RangeError(`${conflicts[0]!.path}: ${conflicts[0]!.reason}`);
  const entryOf =
    (origin: PromptOrigin) =>
    (variant: PromptVariant): PromptBookEntry => ({ ...read(variant), origin });
  const entries = [...fileVariants.map(entryOf('file')), ...storedVariants.map(entryOf('rpc'))]
    // Code-unit order, so that listings agree wherever they are made.
    .sort((a, b) => (a.variant.id < b.variant.id ? -1 : 1));
  const ids = new Map<string, PromptBookEntry>(entries.map((entry) => [entry.variant.id, entry]));
  return { byId: (id) => ids.get(id), list: () => entries, armIds };
}

const known = new WeakMap<PromptVariant, Prompt & Pick<PromptBookEntry, 'etag'>>();

/** Variants never change, and a change of one should not read the texts of all others again. */
function read(variant: PromptVariant): Prompt & Pick<PromptBookEntry, 'etag'> {
  let prompt = known.get(variant);
  if (prompt === undefined)
    known.set(variant, (prompt = { ...promptOf(variant), etag: promptEtag(variant) }));
  return prompt;
}

/** Ids that a file and the store both claim. */
export function idConflicts(
  fileVariants: readonly PromptVariant[],
  storedVariants: readonly PromptVariant[],
): Fault[] {
  const stored = new Set(storedVariants.map(({ id }) => id));
  return fileVariants.flatMap(({ id }, i) =>
    stored.has(id)
      ? [{ file: 'prompts.json', path: `prompts[${i}].id`, reason: `"${id}" was made by RPC already` }]
      : [],
  );
}

/** Keys of all arms that variants need a number for, whatever their status. */
export function armKeysOf(variants: readonly PromptVariant[], models: readonly Model[]): string[] {
  return variants.flatMap((variant) =>
    models.filter((model) => isForModel(variant, model)).map((model) => armKey(model.id, variant)),
  );
}

/** All models of a registry. */
export const modelsOf = (registry: Registry): readonly Model[] => registry.list().map(({ model }) => model);
