import type { Fault } from '../core/fault.js';
import { suggestWord } from '../core/closest-word.js';
import type { Layer } from './layer.js';
import { namedLayer } from './named-layer.js';
import { envNameOf, SETTINGS } from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with our prefix that are no settings of a server. */
export const RESERVED_ENV_NAMES: readonly string[] = [
  'SEXTANT_ADDRESS',
  'SEXTANT_CONFIG',
  'SEXTANT_DATA',
  'SEXTANT_FLIPS',
  'SEXTANT_KILLS',
  'SEXTANT_PROPERTY_RUNS',
  'SEXTANT_SEED',
  'SEXTANT_TOKEN',
];

const SERVICE_LINK = /^SEXTANT_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;

/**
 * Whether Kubernetes put the variable there: in every pod beside a Service named `sextant`, and for a
 * Service named `sextant-admin` even as SEXTANT_ADMIN_PORT=tcp://….
 */
function isServiceLink(name: string, value: string): boolean {
  return SERVICE_LINK.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));
}

/** Reads the variables that begin with SEXTANT_; any that no setting has is a fault. */
export function envLayer(env: Environment): Layer {
  const pathByName = new Map(SETTINGS.map(({ envName, path }) => [envName, path]));
  const known = [...pathByName.keys(), ...RESERVED_ENV_NAMES];
  const given = new Map<string, unknown>();
  const unknown: Fault[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith('SEXTANT_') || RESERVED_ENV_NAMES.includes(name)) continue;
    if (isServiceLink(name, value)) continue;
    const path = pathByName.get(name);
    if (path !== undefined) given.set(path, value);
    else unknown.push({ path: name, reason: 'is not a known variable', ...suggestWord(name, known) });
  }
  const layer = namedLayer({ given, nameOf: envNameOf });
  return { ...layer, faults: [...unknown, ...layer.faults] };
}
