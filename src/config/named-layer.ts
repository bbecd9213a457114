import type { Fault } from '../core/fault.js';
import type { Layer, Place } from './layer.js';
import { isTree, pathMembers } from './member-path.js';
import { readValue } from './read-value.js';
import { SETTINGS } from './settings.js';

/** Settings given one by one, each under a name of its own: variables or flags. */
export interface NamedSettings {
  /** By setting path; text is read by the setting's type, anything else is taken as it is. */
  readonly given: ReadonlyMap<string, unknown>;
  readonly nameOf: (path: string) => string;
}

/** Puts a value into the tree; an object is laid under members that are there already. */
function put(root: Record<string, unknown>, path: string, value: unknown): void {
  const members = pathMembers(path);
  const last = members.pop();
  let node = root;
  for (const member of members) {
    const inner = node[member];
    // What is no object here is a fault of its own; keep it for the schema to name.
    if (inner !== undefined && !isTree(inner)) return;
    node = node[member] = { ...inner };
  }
  if (last !== undefined) node[last] = value;
}

/** The name that set `path` or something around it, with the rest of the path behind it. */
function placeOf({ given, nameOf }: NamedSettings, path: string): Place {
  const around = [...given.keys()].filter(
    (set) => path === set || path.startsWith(`${set}.`) || path.startsWith(`${set}[`),
  );
  const nearest = around.reduce((longest, set) => (set.length > longest.length ? set : longest), '');
  return { path: nearest === '' ? nameOf(path) : nameOf(nearest) + path.slice(nearest.length) };
}

export function namedLayer(settings: NamedSettings): Layer {
  const tree: Record<string, unknown> = {};
  const faults: Fault[] = [];
  // In the order of SETTINGS, so that an object comes before its members.
  for (const { path, schema } of SETTINGS) {
    const value = settings.given.get(path);
    if (value === undefined) continue;
    const read = typeof value === 'string' ? readValue(value, schema) : { value };
    if ('reason' in read) faults.push({ path: settings.nameOf(path), reason: read.reason });
    else put(tree, path, read.value);
  }
  return { tree, faults, placeOf: (path) => placeOf(settings, path) };
}
