import type { Fault } from '../core/fault.js';
import type { Tree } from './member-path.js';

/** Where a person finds a setting: file and path, a variable's name, or a flag. */
export type Place = Pick<Fault, 'file' | 'path'>;

/** What one source says, before it is checked against the schema. */
export interface Layer {
  readonly tree: Tree;
  /** What could not even be read. */
  readonly faults: readonly Fault[];
  readonly placeOf: (path: string) => Place;
}
