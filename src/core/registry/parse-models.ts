import type { Checked, SchemaCheck } from '../fault.js';
import { modelFaults, nameFaults, namesOf } from './model-faults.js';
import type { Model } from './model.js';
import { asFields } from './price-faults.js';

export interface ModelsSource {
  /** Name of the file in faults, relative to the policy directory. */
  readonly file: string;
  /** The check compiled from `rules/schema/models.schema.json`. */
  readonly checkSchema: SchemaCheck;
}

/** Fields that a models file may leave out. */
type Defaulted =
  | 'status'
  | 'lifecycle'
  | 'outputModalities'
  | 'capabilities'
  | 'regions'
  | 'dataPolicies'
  | 'languages'
  | 'tags'
  | 'aliases';

/** An entry as a file may hold it, with what the defaults fill in left out. */
export type ModelEntry = Omit<Model, Defaulted> & Partial<Pick<Model, Defaulted>>;

function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(freezeDeep);
    Object.freeze(value);
  }
  return value;
}

/** The entry with its defaults filled in, as a deeply frozen copy. */
export function withDefaults(entry: ModelEntry): Model {
  const copy = structuredClone(entry);
  return freezeDeep<Model>({
    ...copy,
    status: copy.status ?? 'active',
    lifecycle: copy.lifecycle ?? 'stable',
    outputModalities: copy.outputModalities ?? ['text'],
    capabilities: copy.capabilities ?? [],
    regions: copy.regions ?? [],
    dataPolicies: copy.dataPolicies ?? [],
    languages: copy.languages ?? [],
    tags: copy.tags ?? [],
    aliases: copy.aliases ?? [],
  });
}

/**
 * Checks a whole models file and reports every fault at its path, those of meaning as well as of shape:
 * a place that the schema already refuses is named once.
 * @returns frozen models with their defaults filled in, in the file's order. Never throws on parsed JSON.
 */
export function parseModels(value: unknown, source: ModelsSource): Checked<readonly Model[]> {
  const { file, checkSchema } = source;
  const entries = asFields(value)?.['models'];
  const list: unknown[] = Array.isArray(entries) ? entries : [];
  const shape = checkSchema(value, file);
  const refused = new Set(shape.map((fault) => fault.path));
  const meaning = [
    ...list.flatMap((entry, index) => modelFaults(entry, `models[${index}]`)),
    ...nameFaults(list.flatMap((entry, index) => namesOf(entry, `models[${index}]`))),
  ].filter((fault) => !refused.has(fault.path));
  const faults = [...shape, ...meaning.map((fault) => ({ file, ...fault }))];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: Object.freeze(list.map((entry) => withDefaults(entry as ModelEntry))) };
}
