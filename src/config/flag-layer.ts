import type { Fault } from '../core/fault.js';
import { suggestWord } from '../core/closest-word.js';
import type { Layer } from './layer.js';
import { namedLayer } from './named-layer.js';
import { flagOf, SETTINGS } from './settings.js';

/** By setting path, as text or as a value: `{ 'server.port': '0' }` for `--server.port 0`. */
export type Flags = Readonly<Record<string, unknown>>;

/** Reads the flags; undefined is a flag that was not given, and one that no setting has is a fault. */
export function flagLayer(flags: Flags): Layer {
  const paths = SETTINGS.map(({ path }) => path);
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  const unknown: Fault[] = given
    .filter(([path]) => !paths.includes(path))
    .map(([path]) => ({
      path: flagOf(path),
      reason: 'is not a known flag',
      ...suggestWord(flagOf(path), paths.map(flagOf)),
    }));
  const layer = namedLayer({ given: new Map(given), nameOf: flagOf });
  return { ...layer, faults: [...unknown, ...layer.faults] };
}
