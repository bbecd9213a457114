import type { Checked, Fault } from '../core/fault.js';
import { DEFAULT_CONFIG, defaultKeyFile, type Config } from './config.js';
import { CONFIG_SCHEMA, type SettingSchema } from './config-schema.js';
import { conflictsOf, type Conflict } from './cross-checks.js';
import { envLayer, type Environment } from './env-layer.js';
import { fileLayer, type ConfigFile } from './file-layer.js';
import { flagLayer, type Flags } from './flag-layer.js';
import type { Layer } from './layer.js';
import { isTree, pathMembers, valueAt, type Tree } from './member-path.js';
import { schemaCheck } from './schema-check.js';

/** Where settings come from, each already read: nothing here touches a disk or the process. */
export interface ConfigSources {
  readonly file?: ConfigFile;
  readonly env: Environment;
  readonly flags: Flags;
}

const checkSchema = schemaCheck('config');
const SECRET_REASON = 'must be 64 lower-case hexadecimal digits (the value is not shown)';

function isSecret(path: string): boolean {
  const schema = pathMembers(path).reduce<SettingSchema | undefined>(
    (node, member) => node?.items ?? node?.properties?.[member],
    CONFIG_SCHEMA,
  );
  return schema?.writeOnly === true;
}

/** The layer's faults, each at the place where its source wrote it. */
function faultsOf({ tree, faults, placeOf }: Layer): Fault[] {
  const found = checkSchema(tree, '').map(({ path, reason, suggestion }): Fault => {
    const place = placeOf(path);
    // Somebody may have written the token itself in place of its hash.
    if (isSecret(path) && valueAt(tree, path) !== undefined) return { ...place, reason: SECRET_REASON };
    return { ...place, reason, ...(suggestion === undefined ? {} : { suggestion }) };
  });
  return [...faults, ...found];
}

/** `over` laid on `base`: objects member by member, anything else whole. */
function overlay(base: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTree(value) ? overlay(isTree(below) ? below : {}, value) : value;
  }
  return merged;
}

function withKeyFile(config: Config, layers: readonly Layer[]): Config {
  const isGiven = layers.some(({ tree }) => valueAt(tree, 'tickets.keyFile') !== undefined);
  if (isGiven) return config;
  return { ...config, tickets: { ...config.tickets, keyFile: defaultKeyFile(config.store.path) } };
}

/** The conflict at the place where the uppermost layer that takes part in it wrote its setting. */
function placed({ other, ...conflict }: Conflict, layers: readonly Layer[]): Fault {
  const layerWith = (path: string): Layer | undefined =>
    layers.findLast(({ tree }) => valueAt(tree, path) !== undefined);
  const own = layerWith(conflict.path);
  if (own === undefined && other !== undefined) {
    return { ...conflict, ...layerWith(other)?.placeOf(other) };
  }
  // A member that is missing belongs where the object around it was written.
  const around = conflict.path.slice(0, conflict.path.lastIndexOf('.'));
  return { ...conflict, ...(own ?? layerWith(around))?.placeOf(conflict.path) };
}

/**
 * The configuration: defaults, under one YAML file, under the environment, under the flags. Lists replace
 * lists. Never throws; on any fault there is no configuration, and every fault is named at its file and
 * line, its variable or its flag. Relative paths stay as written, relative to the working directory.
 */
export function loadConfig(sources: ConfigSources): Checked<Config> {
  const layers = [
    ...(sources.file === undefined ? [] : [fileLayer(sources.file)]),
    envLayer(sources.env),
    flagLayer(sources.flags),
  ];
  const faults = layers.flatMap(faultsOf);
  if (faults.length > 0) return { ok: false, faults };

  const defaults = structuredClone(DEFAULT_CONFIG) as unknown as Tree;
  const merged = layers.reduce((below, { tree }) => overlay(below, tree), defaults);
  // Each layer passed the schema, and conflictsOf sees to what one layer may leave out.
  const config = withKeyFile(merged as unknown as Config, layers);
  const conflicts = conflictsOf(config);
  if (conflicts.length === 0) return { ok: true, value: config };
  return { ok: false, faults: conflicts.map((conflict) => placed(conflict, layers)) };
}
