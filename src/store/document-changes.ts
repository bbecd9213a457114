import { documentKey } from './keys.js';
import type { DocumentChange } from './ports.js';

/** @throws RangeError where two changes of one commit name the same document: their order would decide. */
export function assertDistinct(changes: readonly DocumentChange[]): void {
  const seen = new Set<string>();
  for (const { kind, name } of changes) {
    const key = documentKey(kind, name).toString('hex');
    if (seen.has(key)) throw new RangeError(`one commit changes the document ${kind}/${name} twice`);
    seen.add(key);
  }
}
