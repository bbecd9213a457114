import type { Checked, Fault } from '../fault.js';
import { ANY_MODEL, matchCapabilities, type CapabilityFilter } from './capabilities.js';
import { nameFaults, namesOf } from './model-faults.js';
import type { ArmId, Lifecycle, Model, ModelId, ModelStatus } from './model.js';
import { modelEtag } from './model-to-json.js';

/** Whether a model stands in `rules/models.json`, and is read-only to RPC, or was made by RPC. */
export type ModelOrigin = 'file' | 'rpc';

export interface RegistryEntry {
  readonly model: Model;
  readonly origin: ModelOrigin;
  readonly armId: ArmId;
  /** Changes whenever the model changes. */
  readonly etag: string;
}

/** Which entries a listing shows. An absent member asks for nothing. */
export interface RegistryFilter {
  readonly origin?: ModelOrigin;
  readonly statuses?: readonly ModelStatus[];
  readonly lifecycles?: readonly Lifecycle[];
  readonly capabilities?: CapabilityFilter;
}

/** Every known model at one moment. It never changes: a new one is built and swapped in. */
export interface Registry {
  readonly size: number;
  byId(id: ModelId): RegistryEntry | undefined;
  byAlias(alias: string): RegistryEntry | undefined;
  byArmId(armId: ArmId): RegistryEntry | undefined;
  /** By id, else by alias: whatever name a caller sent. */
  resolve(name: string): RegistryEntry | undefined;
  /** The entries that pass, ordered by id. */
  list(filter?: RegistryFilter): readonly RegistryEntry[];
}

export interface RegistryInput {
  readonly fileModels: readonly Model[];
  /** Models made by RPC. */
  readonly storedModels: readonly Model[];
  /** The arm of every model in both lists; a number is never given to another model. */
  readonly armIds: ReadonlyMap<ModelId, ArmId>;
  /** Name of the models file in faults. */
  readonly file?: string;
  /** The etag of a model; by default a hash of its canonical JSON. */
  readonly etagOf?: (model: Model) => string;
}

const ARM_ID_MAX = 0xffff_ffff;

interface Placed {
  readonly model: Model;
  readonly origin: ModelOrigin;
  readonly path: string;
  readonly file?: string;
}

function placed(input: RegistryInput): Placed[] {
  const file = input.file ?? 'models.json';
  return [
    ...input.fileModels.map((model, i): Placed => ({ model, origin: 'file', path: `models[${i}]`, file })),
    ...input.storedModels.map((model, i): Placed => ({ model, origin: 'rpc', path: `storedModels[${i}]` })),
  ];
}

function armFaults(all: readonly Placed[], armIds: ReadonlyMap<ModelId, ArmId>): Fault[] {
  const owner = new Map<ArmId, ModelId>();
  return all.flatMap(({ model, path, file }) => {
    const at = { ...(file === undefined ? {} : { file }), path: `${path}.id` };
    const armId = armIds.get(model.id);
    if (armId === undefined) return [{ ...at, reason: `"${model.id}" has no arm id` }];
    if (!Number.isInteger(armId) || armId < 0 || armId > ARM_ID_MAX) {
      return [{ ...at, reason: `arm id ${armId} of "${model.id}" is not an unsigned 32-bit integer` }];
    }
    const other = owner.get(armId);
    if (other === undefined) owner.set(armId, model.id);
    if (other === undefined || other === model.id) return [];
    return [{ ...at, reason: `arm id ${armId} of "${model.id}" belongs to "${other}"` }];
  });
}

function passes(entry: RegistryEntry, filter: RegistryFilter): boolean {
  const { origin, statuses, lifecycles, capabilities = ANY_MODEL } = filter;
  if (origin !== undefined && entry.origin !== origin) return false;
  if (statuses !== undefined && !statuses.includes(entry.model.status)) return false;
  if (lifecycles !== undefined && !lifecycles.includes(entry.model.lifecycle)) return false;
  return matchCapabilities(entry.model, capabilities) === null;
}

function registryOf(entries: readonly RegistryEntry[]): Registry {
  const ids = new Map(entries.map((entry) => [entry.model.id, entry]));
  const arms = new Map(entries.map((entry) => [entry.armId, entry]));
  const aliases = new Map(
    entries.flatMap((entry) => entry.model.aliases.map((alias) => [alias, entry] as const)),
  );
  return Object.freeze<Registry>({
    size: entries.length,
    byId: (id) => ids.get(id),
    byAlias: (alias) => aliases.get(alias),
    byArmId: (armId) => arms.get(armId),
    resolve: (name) => ids.get(name as ModelId) ?? aliases.get(name),
    list: (filter) => (filter === undefined ? entries : entries.filter((entry) => passes(entry, filter))),
  });
}

/**
 * Joins the models of the file with those made by RPC. Every model has been parsed before.
 * Faults: a name (id or alias) used twice within or across the two, and an arm id that is missing,
 * out of range or shared.
 */
export function buildRegistry(input: RegistryInput): Checked<Registry> {
  const all = placed(input);
  const names = all.flatMap(({ model, path, file }) => namesOf(model, path, file));
  const faults = [...nameFaults(names), ...armFaults(all, input.armIds)];
  if (faults.length > 0) return { ok: false, faults };
  const etagOf = input.etagOf ?? modelEtag;
  const entries = all
    .map(({ model, origin }) => {
      const armId = input.armIds.get(model.id) as ArmId;
      return Object.freeze<RegistryEntry>({ model, origin, armId, etag: etagOf(model) });
    })
    // Code-unit order, so that listings agree wherever they are made.
    .sort((a, b) => (a.model.id < b.model.id ? -1 : 1));
  return { ok: true, value: registryOf(Object.freeze(entries)) };
}
