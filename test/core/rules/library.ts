import { Engine, Operator, OperatorDecorator } from 'json-rules-engine';
import { clockAt } from '../../../src/core/rules/clock.js';
import { ADDED_OPERATORS } from '../../../src/core/rules/vocabulary.js';

export type FactValues = Readonly<Record<string, unknown>>;

export interface RuleDocument {
  readonly conditions?: Readonly<Record<string, object>>;
  readonly rules: readonly {
    readonly name: string;
    readonly priority?: number;
    readonly conditions: object;
    readonly event: object;
  }[];
}

/** A second, deliberately dumb reading of plain paths. */
function resolvePath(value: object, path: string): unknown {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
  let at: unknown = value;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.prototype.hasOwnProperty.call(at, step))
      return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

type Evaluate = (fact: unknown, value: unknown) => boolean;
interface OperatorTable {
  readonly operators: Map<string, { readonly name: string; readonly evaluate: Evaluate }>;
  readonly decorators: Map<
    string,
    {
      readonly name: string;
      readonly cb: (fact: unknown, value: unknown, next: Evaluate) => boolean;
      readonly factValueValidator: (fact: unknown) => boolean;
    }
  >;
}

/** Makes every operator and decorator of one engine false where it would throw. */
function makeTotal(engine: Engine): void {
  const { operators, decorators } = (engine as unknown as { operators: OperatorTable }).operators;
  for (const operator of [...operators.values()]) {
    const total: Evaluate = (fact, value) => {
      try {
        return operator.evaluate(fact, value);
      } catch {
        return false;
      }
    };
    engine.addOperator(new Operator(operator.name, total));
  }
  for (const { name, cb, factValueValidator } of [...decorators.values()]) {
    const total = (fact: unknown, value: unknown, next: Evaluate) => {
      try {
        return cb(fact, value, next);
      } catch {
        return false;
      }
    };
    engine.addOperatorDecorator(new OperatorDecorator(name, total, factValueValidator));
  }
}

/** Dumb readings of the operators that are ours: the library gets them by the way it has for that. */
function versionOrder(a: unknown, b: unknown): number | undefined {
  const FORM = /^v?(0|[1-9]\d*)(\.(0|[1-9]\d*))?(\.(0|[1-9]\d*))?(-[0-9A-Za-z.-]+)?(\+.*)?$/;
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  const [x, y] = [FORM.exec(a), FORM.exec(b)];
  if (x === null || y === null) return undefined;
  for (const group of [1, 3, 5]) {
    const difference = Number(x[group] ?? 0) - Number(y[group] ?? 0);
    if (difference !== 0) return difference;
  }
  const [p, q] = [x[6] ?? '', y[6] ?? ''];
  if (p === '' || q === '') return Number(p === '') - Number(q === '');
  const [left, right] = [p.slice(1).split('.'), q.slice(1).split('.')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [m, n] = [left[i]!, right[i]!];
    if (m === n) continue;
    const [mIsNumber, nIsNumber] = [/^\d+$/.test(m), /^\d+$/.test(n)];
    if (mIsNumber && nIsNumber) return Number(m) - Number(n);
    if (mIsNumber !== nIsNumber) return mIsNumber ? -1 : 1;
    return m < n ? -1 : 1;
  }
  return left.length - right.length;
}

/** Lists every minute of the week that a window holds. */
function minutesOf(text: string): Set<number> {
  const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const hours = /(\d\d):(\d\d)-(\d\d):(\d\d)/.exec(text);
  const names = text.replace(/ ?\d\d:.*/, '');
  const days = names === '' ? [0, 1, 2, 3, 4, 5, 6] : [];
  for (const part of names === '' ? [] : names.split(',')) {
    const [first = '', last = first] = part.split('-');
    for (let i = 0, day = NAMES.indexOf(first); i < 7; i++, day++) {
      days.push(day % 7);
      if (NAMES[day % 7] === last) break;
    }
  }
  const from = hours === null ? 0 : Number(hours[1]) * 60 + Number(hours[2]);
  const to = hours === null ? 1440 : Number(hours[3]) * 60 + Number(hours[4]);
  const minutes = new Set<number>();
  for (const day of days) {
    for (let m = from; m < (to > from ? to : to + 1440); m++) minutes.add((day * 1440 + m) % 10080);
  }
  return minutes;
}

function withinWindow(fact: string, value: string): boolean {
  const match = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d\d):(\d\d)$/.exec(fact);
  if (match === null || !/^(?:[A-Z][a-z]{2}[-,A-Za-z]*)?(?:(?:^| )\d\d:\d\d-\d\d:\d\d)?$/.test(value))
    return false;
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(match[1]!);
  return value !== '' && minutesOf(value).has(day * 1440 + Number(match[2]) * 60 + Number(match[3]));
}

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^]*')}$`);

const some =
  (holds: (fact: string, value: string) => boolean): Evaluate =>
  (fact, value) =>
    typeof fact === 'string' && [value].flat().some((item) => typeof item === 'string' && holds(fact, item));

const versions =
  (holds: (order: number) => boolean): Evaluate =>
  (fact, value) => {
    const order = versionOrder(fact, value);
    return order !== undefined && holds(order);
  };

const ADDED: Readonly<Record<(typeof ADDED_OPERATORS)[number], Evaluate>> = {
  matches: some((fact, value) => globPattern(value).test(fact)),
  intersects: (fact, value) =>
    Array.isArray(fact) &&
    Array.isArray(value) &&
    fact.some((a) => value.some((b) => Object.is(a, b) || a === b)),
  within: some(withinWindow),
  semverEqual: versions((order) => order === 0),
  semverLessThan: versions((order) => order < 0),
  semverLessThanInclusive: versions((order) => order <= 0),
  semverGreaterThan: versions((order) => order > 0),
  semverGreaterThanInclusive: versions((order) => order >= 0),
};

/** A new engine for one evaluation: a shared one loses events when its runs interleave. */
export function freshEngine(document: RuleDocument, options: { readonly total: boolean }): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true, pathResolver: resolvePath });
  for (const name of ADDED_OPERATORS) engine.addOperator(name, ADDED[name] as never);
  if (options.total) makeTotal(engine);
  // The engine keeps and changes what it is given.
  const { conditions, rules } = structuredClone(document);
  for (const [name, condition] of Object.entries(conditions ?? {}))
    engine.setCondition(name, condition as never);
  for (const rule of rules) engine.addRule(rule as never);
  return engine;
}

function addFacts(engine: Engine, facts: FactValues, epochMs: number): void {
  for (const [name, value] of Object.entries(facts)) engine.addFact(name, value);
  engine.addFact('clock', (params) => clockAt(epochMs, (params['timeZone'] as string | undefined) ?? 'UTC'));
}

export interface LibraryRun {
  /** Names of the rules that fired, in the library's order. */
  readonly fired: readonly string[];
  /** Whether the library as it is threw, so that the answer is that of its total form. */
  readonly threw: boolean;
}

/** What json-rules-engine says fires. */
export async function runLibrary(
  document: RuleDocument,
  facts: FactValues,
  epochMs: number,
): Promise<LibraryRun> {
  const run = async (total: boolean) => {
    const engine = freshEngine(document, { total });
    addFacts(engine, facts, epochMs);
    const { results } = await engine.run();
    return results.map((result) => result.name);
  };
  try {
    return { fired: await run(false), threw: false };
  } catch {
    return { fired: await run(true), threw: true };
  }
}
