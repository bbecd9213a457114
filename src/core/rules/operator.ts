import { RULE_LIMITS } from './limits.js';
import { matchesGlob } from './selector.js';
import { compareVersions, parseVersion } from './semver.js';
import { isWithin, parseTimeWindow } from './time-window.js';
import type { DecoratorName, OperatorName } from './vocabulary.js';

/**
 * Compares a fact's value with a rule's value, as json-rules-engine 7 does, but totally: where the library's
 * operator would throw (a right side without `indexOf`, an object that has no primitive), the answer is false.
 */
export type Compare = (fact: unknown, value: unknown) => boolean;

type Order = (a: number, b: number) => boolean;

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' ? !Number.isNaN(value) : !Number.isNaN(Number.parseFloat(value as string));
}

/** JavaScript's own coercions, since rules written for the library may compare `"10"` with 9 or two ISO dates. */
function ordered(order: Order): Compare {
  const slow: Compare = (a, b) => {
    try {
      return isNumeric(a) && order(a as number, b as number);
    } catch {
      return false;
    }
  };
  return (a, b) => (typeof a === 'number' && typeof b === 'number' ? order(a, b) : slow(a, b));
}

/** -1 absent, otherwise present; undefined where the right side is neither list nor text. */
function indexIn(list: unknown, item: unknown): number | undefined {
  if (Array.isArray(list)) return list.indexOf(item);
  if (typeof list !== 'string') return undefined;
  try {
    return list.indexOf(item as string);
  } catch {
    return undefined;
  }
}

/** A text, or some text of a list, for operators that take either. */
const someText =
  (holds: (fact: string, value: string) => boolean): Compare =>
  (a, b) => {
    if (typeof a !== 'string' || a.length > RULE_LIMITS.textLength) return false;
    if (typeof b === 'string') return holds(a, b);
    return Array.isArray(b) && b.some((item) => typeof item === 'string' && holds(a, item));
  };

/** Patterns of facts are not checked on load, so their limits are kept here. */
const globHolds = (text: string, glob: string): boolean =>
  glob.length <= RULE_LIMITS.globLength && matchesGlob(glob, text);

function windowHolds(dayTime: string, text: string): boolean {
  const window = parseTimeWindow(text);
  return 'days' in window && isWithin(dayTime, window);
}

function versions(holds: (order: number) => boolean): Compare {
  return (a, b) => {
    const [left, right] = [parseVersion(a), parseVersion(b)];
    return left !== undefined && right !== undefined && holds(compareVersions(left, right));
  };
}

function intersects(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  if (a.length * b.length <= SMALL_PRODUCT) return a.some((item) => b.includes(item));
  const set = new Set<unknown>(b);
  return a.some((item) => set.has(item));
}
const SMALL_PRODUCT = 64;

export const COMPARES: Readonly<Record<OperatorName, Compare>> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  in: (a, b) => (indexIn(b, a) ?? -1) > -1,
  notIn: (a, b) => indexIn(b, a) === -1,
  contains: (a, b) => Array.isArray(a) && a.indexOf(b) > -1,
  doesNotContain: (a, b) => Array.isArray(a) && a.indexOf(b) === -1,
  lessThan: ordered((a, b) => a < b),
  lessThanInclusive: ordered((a, b) => a <= b),
  greaterThan: ordered((a, b) => a > b),
  greaterThanInclusive: ordered((a, b) => a >= b),
  matches: someText(globHolds),
  intersects,
  within: someText(windowHolds),
  semverEqual: versions((order) => order === 0),
  semverLessThan: versions((order) => order < 0),
  semverLessThanInclusive: versions((order) => order <= 0),
  semverGreaterThan: versions((order) => order > 0),
  semverGreaterThanInclusive: versions((order) => order >= 0),
};

const DECORATE: Readonly<Record<DecoratorName, (next: Compare) => Compare>> = {
  someFact: (next) => (a, b) => Array.isArray(a) && a.some((item) => next(item, b)),
  everyFact: (next) => (a, b) => Array.isArray(a) && a.every((item) => next(item, b)),
  someValue: (next) => (a, b) => Array.isArray(b) && b.some((item) => next(a, item)),
  everyValue: (next) => (a, b) => Array.isArray(b) && b.every((item) => next(a, item)),
  swap: (next) => (a, b) => next(b, a),
  not: (next) => (a, b) => !next(a, b),
};

/** An operator under its decorators, the first one outermost: `not:someFact:equal`. */
export interface OperatorChain {
  readonly decorators: readonly DecoratorName[];
  readonly operator: OperatorName;
}

/** The one function that a chain of decorators and an operator amount to. */
export function compareOf(chain: OperatorChain): Compare {
  return chain.decorators.reduceRight<Compare>(
    (next, name) => DECORATE[name](next),
    COMPARES[chain.operator],
  );
}
