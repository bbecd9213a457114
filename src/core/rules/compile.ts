import type { Condition, Literal } from './condition.js';
import type { RuleScope } from './event.js';
import { reachOf, type NamedConditions, type Reach } from './named-conditions.js';
import { compareOf } from './operator.js';
import { compileRead, type Read } from './read.js';
import type { Predicate } from './rule-set.js';
import { isWithin, parseTimeWindow } from './time-window.js';

/** What one compilation shares between all its rules. */
export interface Compilation {
  readonly named: NamedConditions;
  readonly reach: ReadonlyMap<string, Reach>;
  readonly timeZones: string[];
  readonly predicates: Map<string, Predicate>;
  readonly slots: ReadonlyMap<string, number>;
  readonly requestSlots: number;
  /** Places for conditions that read nothing but the model; more are given out on the way. */
  modelSlots: number;
}

const always: Predicate = () => true;
const SET_SIZE_MIN = 8;

/** Gives each named condition a place to be remembered in: those of request scope first. */
export function newCompilation(named: NamedConditions, reach: ReadonlyMap<string, Reach>): Compilation {
  const inScope = (scope: RuleScope) => [...named.keys()].filter((name) => reach.get(name)?.scope === scope);
  const request = inScope('request');
  const slots = new Map([...request, ...inScope('candidate')].map((name, slot) => [name, slot]));
  return {
    named,
    reach,
    timeZones: [],
    predicates: new Map(),
    slots,
    requestSlots: request.length,
    modelSlots: 0,
  };
}

function compileEqual(read: Read, value: Literal): Predicate {
  return (context) => read(context) === value;
}

function compileIn(read: Read, list: readonly Literal[]): Predicate {
  if (list.length < SET_SIZE_MIN) return (context) => list.includes(read(context) as Literal);
  const set = new Set<unknown>(list);
  return (context) => set.has(read(context));
}

/** Windows are read once: a rule on the clock is asked on every request. */
function compileWithin(read: Read, value: Literal): Predicate {
  const texts = [value].flat().filter((item) => typeof item === 'string');
  const windows = texts.map(parseTimeWindow).filter((window) => 'days' in window);
  return (context) => {
    const dayTime = read(context);
    return windows.some((window) => isWithin(dayTime, window));
  };
}

function slotOf(timeZone: string | undefined, compilation: Compilation): number {
  if (timeZone === undefined) return 0;
  const known = compilation.timeZones.indexOf(timeZone);
  return known >= 0 ? known : compilation.timeZones.push(timeZone) - 1;
}

function compileComparison(condition: Condition & { kind: 'compare' }, compilation: Compilation): Predicate {
  const { left, right, chain } = condition;
  const read = compileRead(left, slotOf(left.timeZone, compilation));
  const compare = compareOf(chain);
  if (right.kind === 'fact') {
    const readRight = compileRead(right.reference, slotOf(right.reference.timeZone, compilation));
    return (context) => compare(read(context), readRight(context));
  }
  const { value } = right;
  if (chain.decorators.length === 0) {
    if (chain.operator === 'equal') return compileEqual(read, value);
    // Lists hold finite numbers, so that includes and has agree with indexOf.
    if (chain.operator === 'in' && Array.isArray(value)) return compileIn(read, value as readonly Literal[]);
    if (chain.operator === 'within') return compileWithin(read, value);
  }
  return (context) => compare(read(context), value);
}

/** Remembers a named condition's result for as long as its facts stand still. */
function compileNamed(name: string, compilation: Compilation): Predicate {
  const known = compilation.predicates.get(name);
  if (known !== undefined) return known;
  const entry = compilation.named.get(name);
  const slot = compilation.slots.get(name);
  if (entry === undefined || slot === undefined) throw new Error(`unresolved condition ${name}`);
  const test = compileCondition(entry.condition, compilation);
  const predicate: Predicate = (context) => {
    const { memo } = context;
    const before = memo[slot];
    if (before !== 0) return before === 2;
    const result = test(context);
    memo[slot] = result ? 2 : 1;
    return result;
  };
  compilation.predicates.set(name, predicate);
  return predicate;
}

function allOf(tests: readonly Predicate[]): Predicate {
  const [a, b] = tests;
  if (a === undefined) return always;
  if (b === undefined) return a;
  if (tests.length === 2) return (context) => a(context) && b(context);
  return (context) => {
    for (const test of tests) if (!test(context)) return false;
    return true;
  };
}

function anyOf(tests: readonly Predicate[]): Predicate {
  const [a, b] = tests;
  if (a === undefined) return always;
  if (b === undefined) return a;
  if (tests.length === 2) return (context) => a(context) || b(context);
  return (context) => {
    for (const test of tests) if (test(context)) return true;
    return false;
  };
}

/** Whether a condition reads the model and nothing else, so that a model's answer holds for every request. */
function readsModelAlone(condition: Condition): boolean {
  switch (condition.kind) {
    case 'compare': {
      const { left, right } = condition;
      return left.fact === 'model' && (right.kind === 'literal' || right.reference.fact === 'model');
    }
    case 'named':
      return false;
    case 'not':
      return readsModelAlone(condition.child);
    default:
      return condition.children.length > 0 && condition.children.every(readsModelAlone);
  }
}

/** Asks once per model. */
function remembered(test: Predicate, compilation: Compilation): Predicate {
  const slot = compilation.modelSlots++;
  return (context) => {
    const { modelMemo } = context;
    const before = modelMemo[slot];
    if (before !== 0) return before === 2;
    const result = test(context);
    modelMemo[slot] = result ? 2 : 1;
    return result;
  };
}

/** Turns a checked condition into one synchronous predicate. @param isRemembered whether it is part of one that is. */
export function compileCondition(
  condition: Condition,
  compilation: Compilation,
  isRemembered = false,
): Predicate {
  if (!isRemembered && readsModelAlone(condition))
    return remembered(compileCondition(condition, compilation, true), compilation);
  switch (condition.kind) {
    case 'compare':
      return compileComparison(condition, compilation);
    case 'named':
      return compileNamed(condition.name, compilation);
    case 'not': {
      const test = compileCondition(condition.child, compilation, isRemembered);
      return (context) => !test(context);
    }
    default: {
      const tests = cheapestFirst(condition.children).map((child) =>
        compileCondition(child, compilation, isRemembered),
      );
      return condition.kind === 'all' ? allOf(tests) : anyOf(tests);
    }
  }
}

/** Conditions have no effects, so that their order is a matter of time alone. */
const cheapestFirst = (conditions: readonly Condition[]): readonly Condition[] => [
  ...conditions.filter(readsModelAlone),
  ...conditions.filter((condition) => !readsModelAlone(condition)),
];

/** Splits a candidate-scope rule: what reads no candidate becomes its gate, asked once per request. */
export function compileRoot(
  condition: Condition,
  compilation: Compilation,
): { gate?: Predicate; test: Predicate } {
  const compile = (part: Condition) => compileCondition(part, compilation);
  const scopeOf = (part: Condition) => reachOf(part, compilation.reach).scope;
  if (condition.kind !== 'all' || scopeOf(condition) === 'request') return { test: compile(condition) };
  const gates = condition.children.filter((child) => scopeOf(child) === 'request');
  const tests = condition.children.filter((child) => scopeOf(child) === 'candidate');
  if (gates.length === 0) return { test: compile(condition) };
  return { gate: allOf(gates.map(compile)), test: allOf(cheapestFirst(tests).map(compile)) };
}
