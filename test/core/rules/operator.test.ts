import { describe, expect, it } from 'vitest';
import { applyRules } from '../../../src/core/rules/apply.js';
import { compareOf, type OperatorChain } from '../../../src/core/rules/operator.js';
import { candidates, compiled, facts } from './fixture.js';

const chain = (text: string): OperatorChain => {
  const words = text.split(':');
  const operator = words.pop();
  return { operator, decorators: words } as OperatorChain;
};
const holds = (text: string, fact: unknown, value: unknown) => compareOf(chain(text))(fact, value);

const CASES: readonly (readonly [
  claim: string,
  operator: string,
  fact: unknown,
  value: unknown,
  result: boolean,
])[] = [
  ['equal is strict', 'equal', 1, '1', false],
  ['equal matches itself', 'equal', 'a', 'a', true],
  ['equal never matches NaN', 'equal', Number.NaN, Number.NaN, false],
  ['equal never matches two equal lists', 'equal', [1], [1], false],
  ['notEqual is true of a missing fact', 'notEqual', undefined, 'a', true],
  ['notEqual is false of the same', 'notEqual', 3, 3, false],
  ['in finds an item', 'in', 'b', ['a', 'b'], true],
  ['in misses another', 'in', 'c', ['a', 'b'], false],
  ['in looks for text in text, as the library does', 'in', 'ell', 'hello', true],
  ['in is false where the right side is no list', 'in', 'a', undefined, false],
  ['in never finds NaN', 'in', Number.NaN, [Number.NaN], false],
  ['contains never finds NaN', 'contains', [Number.NaN], Number.NaN, false],
  ['notIn is true of what is absent', 'notIn', 'c', ['a', 'b'], true],
  ['notIn is true of a missing fact', 'notIn', undefined, ['a'], true],
  ['notIn is false where the right side is no list', 'notIn', 'a', 7, false],
  ['contains finds an item of the fact', 'contains', ['a', 'b'], 'b', true],
  ['contains is false of a fact that is no list', 'contains', 'ab', 'b', false],
  ['doesNotContain is true of a list without it', 'doesNotContain', ['a'], 'b', true],
  ['doesNotContain is false of a missing list', 'doesNotContain', undefined, 'b', false],
  ['lessThan', 'lessThan', 1, 2, true],
  ['lessThan is strict', 'lessThan', 2, 2, false],
  ['lessThan is false of null, which is no number', 'lessThan', null, 2, false],
  ['lessThanInclusive', 'lessThanInclusive', 2, 2, true],
  ['greaterThan', 'greaterThan', 3, 2, true],
  ['greaterThan reads a number in text', 'greaterThan', '10', 9, true],
  ['greaterThan is false of NaN', 'greaterThan', Number.NaN, 0, false],
  ['greaterThan is false of a word', 'greaterThan', 'high', 0, false],
  ['greaterThanInclusive', 'greaterThanInclusive', 2, 2, true],
  [
    'order is false of an object without a primitive, and never throws',
    'lessThan',
    { toString: 1 },
    2,
    false,
  ],
  ['order is false against an object without a primitive', 'lessThan', 1, { valueOf: 1, toString: 1 }, false],
  ['text that cannot be searched is false', 'in', Object.create(null), 'text', false],
  ['someFact needs one', 'someFact:equal', ['a', 'b'], 'b', true],
  ['someFact of an empty list is false', 'someFact:equal', [], 'b', false],
  ['someFact of what is no list is false', 'someFact:equal', 'b', 'b', false],
  ['everyFact needs them all', 'everyFact:greaterThan', [3, 1], 2, false],
  ['everyFact of an empty list is true', 'everyFact:greaterThan', [], 2, true],
  ['everyFact of what is no list is false', 'everyFact:greaterThan', 5, 2, false],
  ['someValue tries each value', 'someValue:equal', 'b', ['a', 'b'], true],
  ['someValue of what is no list is false', 'someValue:equal', 'b', 'b', false],
  ['everyValue wants each value', 'everyValue:contains', ['a', 'b', 'c'], ['a', 'c'], true],
  ['everyValue fails on one', 'everyValue:contains', ['a', 'b'], ['a', 'c'], false],
  ['swap turns the sides', 'swap:contains', 'a', ['a'], true],
  ['swap turns an order', 'swap:lessThan', 3, 2, true],
  ['not turns the answer', 'not:contains', ['a'], 'b', true],
  ['not is true of a missing list', 'not:contains', undefined, 'b', true],
  ['the first decorator is the outermost', 'not:someFact:equal', ['a', 'b'], 'b', false],
  ['the last decorator is the innermost', 'someFact:not:equal', ['a', 'b'], 'b', true],
];

describe('operators and decorators', () => {
  it.each(CASES)('%s', (_claim, operator, fact, value, result) => {
    expect(holds(operator, fact, value)).toBe(result);
  });
});

describe('compiled comparisons', () => {
  const fires = (conditions: object, over = {}) => {
    const ruleSet = compiled({
      rules: [{ name: 'r', conditions, event: { type: 'reject', params: { reason: 'x' } } }],
    });
    return applyRules(ruleSet, facts(over), candidates()).rejected !== undefined;
  };
  const useCase = (operator: string, value: unknown) => ({
    all: [{ fact: 'request', path: '$.useCase', operator, value }],
  });

  it('look a value up in a long list', () => {
    const list = Array.from({ length: 50 }, (_, i) => `case-${i}`);
    expect(fires(useCase('in', [...list, 'support']))).toBe(true);
    expect(fires(useCase('in', list))).toBe(false);
  });

  it('compare one fact with another', () => {
    const longer = {
      all: [
        {
          fact: 'profile',
          path: '$.inputTokens',
          operator: 'greaterThan',
          value: { fact: 'request', path: '$.maxOutputTokens' },
        },
      ],
    };
    expect(fires(longer, { request: { maxOutputTokens: 10 } })).toBe(true);
    expect(fires(longer, { request: { maxOutputTokens: 10_000 } })).toBe(false);
    expect(fires(longer)).toBe(false);
  });

  it('read paths of any depth, own properties only', () => {
    const at = (path: string, value: unknown) => ({
      all: [{ fact: 'request', path, operator: 'equal', value }],
    });
    expect(
      fires(at("$.attributes['data class']", 'x'), { request: { attributes: { 'data class': 'x' } } }),
    ).toBe(true);
    expect(fires(at('$.attributes.toString.name', 'toString'))).toBe(false);
    expect(
      fires({ not: { fact: 'request', path: '$.attributes.hasOwnProperty', operator: 'notIn', value: [1] } }),
    ).toBe(false);
    expect(
      fires({ all: [{ fact: 'profile', path: '$.modalities[0]', operator: 'equal', value: 'text' }] }),
    ).toBe(true);
  });

  it('nest all, any and not', () => {
    const yes = useCase('equal', 'support');
    const no = useCase('equal', 'other');
    expect(fires({ any: [no, no, yes] })).toBe(true);
    expect(fires({ any: [no, no, no] })).toBe(false);
    expect(fires({ any: [no, yes] })).toBe(true);
    expect(fires({ all: [yes, yes, no] })).toBe(false);
    expect(fires({ all: [yes, yes, yes] })).toBe(true);
    expect(fires({ not: { any: [no, { not: yes }] } })).toBe(true);
    expect(fires({ all: [] })).toBe(true);
  });
});
