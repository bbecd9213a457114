import type { Outcome } from '../../core/outcome/outcome.js';

/** An outcome to cross to a thread: a context may be a view on much larger bytes, which would cross whole. */
export function compact(outcome: Outcome): Outcome {
  const { context } = outcome;
  return context === undefined || context.buffer.byteLength === context.byteLength
    ? outcome
    : { ...outcome, context: context.slice() };
}
