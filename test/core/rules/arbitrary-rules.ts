import fc from 'fast-check';
import {
  DECORATORS,
  FACT_MEMBERS,
  FACT_NAMES,
  INNER_MEMBERS,
  MEMBER_WORDS,
  ADDED_OPERATORS,
  LIBRARY_OPERATORS,
  type FactName,
} from '../../../src/core/rules/vocabulary.js';
import { CAPABILITIES } from '../../../src/core/registry/model.js';
import type { RuleDocument } from './library.js';

/** What an odd fact may hold, and what rules compare it with: few values, so that they meet. */
const ODD_SCALARS = [
  null,
  true,
  false,
  0,
  -1,
  1,
  5,
  10,
  '',
  'a',
  'b',
  'ab',
  '5',
  '10x',
  'null',
  'high',
  'text',
  '1.2.3-rc.1',
  'v1.2',
];
const oddScalar = fc.constantFrom<unknown>(...ODD_SCALARS);
const oddFactScalar = fc.oneof(
  oddScalar,
  fc.constantFrom<unknown>(undefined, Number.NaN, Number.POSITIVE_INFINITY, -0),
);

/** Objects that cannot become a primitive make the library's order operators throw. */
const oddObject = fc.oneof(
  fc.constantFrom<unknown>({}, { a: 1 }, { a: ['a', 'b'], b: { a: 5 } }, { toString: 1, valueOf: 1 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'constructor', 'hasOwnProperty'), oddFactScalar, { maxKeys: 3 }),
);
const oddList = fc.array(
  fc.oneof({ weight: 6, arbitrary: oddFactScalar }, { weight: 1, arbitrary: oddObject }),
  { maxLength: 4 },
);
const nestedList = fc.array(oddList, { maxLength: 3 });
export const oddValue = fc.oneof(
  { weight: 5, arbitrary: oddFactScalar },
  { weight: 4, arbitrary: oddList },
  { weight: 1, arbitrary: nestedList },
  { weight: 2, arbitrary: oddObject },
);

function oddFact(name: FactName) {
  const members = Object.fromEntries(FACT_MEMBERS[name].map((member) => [member, oddValue]));
  return fc.oneof(
    { weight: 12, arbitrary: fc.record(members, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, 5, 'text', ['a', 'b']) },
  );
}

/** Facts with any value anywhere; a missing key is a fact that does not exist. */
export const oddFacts = fc.record(
  Object.fromEntries(FACT_NAMES.filter((name) => name !== 'clock').map((name) => [name, oddFact(name)])),
);

const wordsOf = (fact: FactName, member: string): readonly string[] | undefined =>
  `${fact}.${member}` === 'model.capabilities' ? CAPABILITIES : MEMBER_WORDS.get(`${fact}.${member}`);

const deeper = fc.constantFrom(
  '',
  '',
  '',
  '.a',
  '.b',
  '[0]',
  '[1]',
  "['a']",
  '.a[1]',
  '.b.a',
  '.hasOwnProperty',
  '.a.b.a',
);

const zone = fc.constantFrom(
  undefined,
  { timeZone: 'Europe/Berlin' },
  { timeZone: 'Asia/Kolkata' },
  { timeZone: 'UTC' },
);

interface Place {
  readonly fact: FactName;
  readonly member: string;
  readonly reference: { readonly fact: string; readonly path: string; readonly params?: object };
}

/** Members whose own members are a fixed list take one of it. */
function tailOf(fact: FactName, member: string, rest: string): string {
  const inner = INNER_MEMBERS.get(`${fact}.${member}`);
  if (inner !== undefined) return `.${inner[rest.length % inner.length]}`;
  return wordsOf(fact, member) === undefined ? rest : '';
}

const place: fc.Arbitrary<Place> = fc
  .constantFrom(...FACT_NAMES)
  .chain((fact) =>
    fc.record({ fact: fc.constant(fact), member: fc.constantFrom(...FACT_MEMBERS[fact]), deeper, zone }),
  )
  .map(({ fact, member, deeper: rest, zone: params }) => ({
    fact,
    member,
    reference: {
      fact,
      path: `$.${member}${tailOf(fact, member, rest)}`,
      ...(fact === 'clock' && params !== undefined ? { params } : {}),
    },
  }));

const VERSIONS = [
  '1',
  '1.2',
  'v1.2.3',
  '1.2.3-rc.1',
  '1.2.3-rc.1.x',
  '1.2.3-9',
  '1.2.3-rc',
  '2.0.0+build',
  '10.0.0',
];
const WINDOWS = ['Mon-Fri 20:00-06:00', '22:00-06:00', 'Sat,Sun', 'Fri-Mon 08:30-12:00', 'Wed 00:00-24:00'];
const version = fc.constantFrom<unknown>(...VERSIONS);
const glob = fc.constantFrom<unknown>('*', 'a*', '*b', 'a*b*', '', '*x', 'ab');
const timeWindow = fc.constantFrom<unknown>(...WINDOWS);
const oneOrSome = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof(arbitrary, fc.array(arbitrary, { maxLength: 3 }));

/** What the operators that are not the library's compare with. */
const ADDED_CONSTANTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  matches: oneOrSome(glob),
  within: oneOrSome(timeWindow),
  semverEqual: version,
  semverLessThan: version,
  semverLessThanInclusive: version,
  semverGreaterThan: version,
  semverGreaterThanInclusive: version,
};

/** Constants that an operator under its decorators can read; what it cannot read is refused when rules load. */
function constantFor(
  decorators: readonly string[],
  operator: string,
  scalar: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (decorators.includes('swap')) return fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
  const isOrder = operator.endsWith('Than') || operator.endsWith('ThanInclusive');
  let value = isOrder ? scalar.filter((v) => typeof v === 'number' || typeof v === 'string') : scalar;
  if (operator === 'in' || operator === 'notIn') {
    value = fc.oneof(
      { weight: 6, arbitrary: fc.array(scalar, { maxLength: 12 }) },
      { weight: 1, arbitrary: scalar.filter((v) => typeof v === 'string') },
    );
  }
  value =
    operator === 'intersects' ? fc.array(scalar, { maxLength: 12 }) : (ADDED_CONSTANTS[operator] ?? value);
  const lists = decorators.filter((name) => name === 'someValue' || name === 'everyValue').length;
  for (let i = 0; i < lists; i++) value = fc.array(value, { maxLength: 3 });
  return value;
}

/** Where the right side must be a list, a fact mostly is none, and the library throws: keep that rare. */
const readsLists = (decorators: readonly string[], operator: string) =>
  operator === 'in' || operator === 'notIn' || decorators.some((name) => name.endsWith('Value'));

const nesting = (operator: string): number =>
  ADDED_CONSTANTS[operator] !== undefined || ['in', 'notIn', 'intersects'].includes(operator) ? 1 : 0;

const isShallow = (decorators: readonly string[], operator: string) =>
  decorators.filter((name) => name.endsWith('Value')).length + nesting(operator) <= 3;

const comparison: fc.Arbitrary<object> = fc
  .record({
    left: place,
    decorators: fc.array(fc.constantFrom(...DECORATORS), { maxLength: 3 }),
    operator: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...LIBRARY_OPERATORS) },
      { weight: 1, arbitrary: fc.constantFrom(...ADDED_OPERATORS) },
    ),
  })
  .filter(({ left, decorators, operator }) => {
    const isOrder = /Than(Inclusive)?$|^semver/.test(operator);
    if (operator === 'within' && (left.fact !== 'clock' || left.reference.path !== '$.dayTime')) return false;
    return isShallow(decorators, operator) && !(isOrder && wordsOf(left.fact, left.member) !== undefined);
  })
  .chain(({ left, decorators, operator }) => {
    const words = wordsOf(left.fact, left.member);
    const scalar = words === undefined ? oddScalar : fc.constantFrom<unknown>(...words);
    return fc.record(
      {
        left: fc.constant(left.reference),
        operator: fc.constant([...decorators, operator].join(':')),
        value: fc.oneof(
          {
            weight: readsLists(decorators, operator) ? 24 : 3,
            arbitrary: constantFor(decorators, operator, scalar),
          },
          { weight: 1, arbitrary: place.map((other) => other.reference as unknown) },
        ),
        priority: fc.integer({ min: 1, max: 3 }),
        name: fc.constant('a name'),
      },
      { requiredKeys: ['left', 'operator', 'value'] },
    );
  })
  .map(({ left, ...rest }) => ({ ...left, ...rest }));

const NAMES = ['night', 'cheap', 'eu'] as const;

function booleanCondition(depth: number, names: readonly string[]): fc.Arbitrary<object> {
  const child = condition(depth - 1, names);
  const list = fc.array(child, { minLength: 1, maxLength: 4 });
  const priority = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
  const withPriority = <T extends object>(arbitrary: fc.Arbitrary<T>) =>
    fc
      .tuple(arbitrary, priority)
      .map(([value, p]): object => (p === undefined ? value : { ...value, priority: p }));
  return fc.oneof(
    { weight: 4, arbitrary: withPriority(fc.oneof(list, fc.constant([])).map((all) => ({ all }))) },
    { weight: 4, arbitrary: withPriority(list.map((any) => ({ any }))) },
    { weight: 2, arbitrary: withPriority(child.map((not) => ({ not }))) },
    ...(names.length === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: withPriority(fc.constantFrom(...names).map((name) => ({ condition: name }))),
          },
        ]),
  );
}

function condition(depth: number, names: readonly string[]): fc.Arbitrary<object> {
  if (depth <= 0) return comparison;
  return fc.oneof(
    { weight: 3, arbitrary: comparison },
    { weight: 2, arbitrary: booleanCondition(depth, names) },
  );
}

/** Rules that the parser accepts. Each name may refer to the ones before it, so that no cycle arises. */
export const ruleDocument: fc.Arbitrary<RuleDocument> = fc.record({
  conditions: fc.record({
    night: booleanCondition(2, []),
    cheap: booleanCondition(2, ['night']),
    eu: booleanCondition(2, ['night', 'cheap']),
  }),
  rules: fc
    .array(fc.record({ priority: fc.integer({ min: 1, max: 3 }), conditions: booleanCondition(3, NAMES) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((rules) =>
      rules.map((rule, index) => ({
        ...rule,
        name: `rule-${index}`,
        event: { type: 'weigh', params: { quality: 1, cost: index, latency: 0 } },
      })),
    ),
});
