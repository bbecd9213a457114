import { SextantError } from '../../core/errors.js';
import { LIMITS } from '../limits.js';
import { Violations } from './violations.js';

/** @throws SextantError INVALID_FIELD where there are no or too many items, or an id is missing or repeated. */
export function checkItems(items: readonly { readonly id: string }[], max: number): void {
  const violations = new Violations();
  if (items.length === 0) violations.add('items', 'must have at least one');
  if (items.length > max) violations.add('items', `must have at most ${max}, not ${items.length}`);
  const seen = new Set<string>();
  items.slice(0, max).forEach(({ id }, i) => {
    violations.text(`items[${i}].id`, id, { maxBytes: LIMITS.nameMaxBytes, required: true });
    if (seen.has(id)) violations.add(`items[${i}].id`, `"${id}" is there twice`);
    seen.add(id);
  });
  violations.throwIfAny();
}

/** A violation that stands alone: a message that is required. */
export function missing(path: string): SextantError {
  return new SextantError('INVALID_FIELD', `invalid request: ${path}: is required`, {
    faults: [{ path, reason: 'is required' }],
  });
}
