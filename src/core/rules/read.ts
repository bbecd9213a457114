import { clockIn, type EvaluationContext } from './context.js';
import type { FactReference } from './condition.js';
import { readMember } from './path.js';

export type Read = (context: EvaluationContext) => unknown;

/** The object that a path starts from. */
function rootOf(reference: FactReference, slot: number): Read {
  switch (reference.fact) {
    case 'request':
      return (context) => context.request;
    case 'profile':
      return (context) => context.profile;
    case 'model':
      return (context) => context.model;
    case 'estimate':
      return (context) => context.estimate;
    case 'budget':
      return (context) => context.budget;
    case 'tenant':
      return (context) => context.tenant;
    case 'clock':
      return (context) => clockIn(context, slot);
  }
}

/**
 * Reads a fact along its path; undefined where the path leads nowhere. A fact that is no object is taken whole,
 * as json-rules-engine does. `slot` is the place of the clock's time zone.
 */
export function compileRead(reference: FactReference, slot: number): Read {
  const root = rootOf(reference, slot);
  const { segments } = reference;
  const [first, second] = segments;
  if (first === undefined) return root;
  const isWhole = (value: unknown) => value === null || typeof value !== 'object';
  if (second === undefined) {
    return (context) => {
      const value = root(context);
      // The first member is one of a fixed list, none of which a prototype has: no need to ask whether it is own.
      return isWhole(value) ? value : (value as Readonly<Record<string, unknown>>)[first];
    };
  }
  if (segments.length === 2) {
    return (context) => {
      const value = root(context);
      return isWhole(value) ? value : readMember(readMember(value, first), second);
    };
  }
  return (context) => {
    let value = root(context);
    if (isWhole(value)) return value;
    for (const segment of segments) value = readMember(value, segment);
    return value;
  };
}
