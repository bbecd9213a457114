import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffJson } from '../../../src/core/policy/json-diff.js';

describe('a difference of two values', () => {
  it('is none between equal ones, whatever the order of members', () => {
    expect(diffJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toEqual([]);
  });

  it('names members that came, went and changed, by JSON Pointer', () => {
    const before = { gone: 1, same: 2, deep: { 'a/b~c': 'old' } };
    const after = { same: 2, deep: { 'a/b~c': 'new' }, came: null };
    expect(diffJson(before, after)).toEqual([
      { kind: 'removed', pointer: '/gone', element: '', before: 1 },
      { kind: 'changed', pointer: '/deep/a~1b~0c', element: '', before: 'old', after: 'new' },
      { kind: 'added', pointer: '/came', element: '', after: null },
    ]);
  });

  it('tells null, absence and other types apart', () => {
    const kinds = (before: unknown, after: unknown) => diffJson(before, after).map(({ kind }) => kind);
    expect(kinds({ a: null }, {})).toEqual(['removed']);
    expect(kinds({ a: null }, { a: 0 })).toEqual(['changed']);
    expect(kinds({ a: [] }, { a: {} })).toEqual(['changed']);
    expect(kinds({ a: '1' }, { a: 1 })).toEqual(['changed']);
    expect(kinds(undefined, [])).toEqual(['added']);
  });

  it('compares named elements by name: one put in front changes none behind it', () => {
    const rule = (name: string, priority = 1) => ({ name, priority });
    const before = { rules: [rule('a'), rule('b'), rule('c')] };
    const after = { rules: [rule('new'), rule('a'), rule('b', 9)] };
    expect(diffJson(before, after)).toEqual([
      { kind: 'removed', pointer: '/rules/2', element: 'c', before: rule('c') },
      { kind: 'added', pointer: '/rules/0', element: 'new', after: rule('new') },
      { kind: 'changed', pointer: '/rules/2/priority', element: 'b', before: 1, after: 9 },
    ]);
  });

  it('says of named elements that they are in another order, and no more', () => {
    const before = { models: [{ id: 'a' }, { id: 'b' }] };
    const after = { models: [{ id: 'b' }, { id: 'a' }] };
    expect(diffJson(before, after)).toEqual([{ kind: 'reordered', pointer: '/models', element: '' }]);
  });

  it('compares other lists by position, and lists with a name twice too', () => {
    expect(diffJson([1, 2, 3], [1, 3])).toEqual([
      { kind: 'changed', pointer: '/1', element: '', before: 2, after: 3 },
      { kind: 'removed', pointer: '/2', element: '', before: 3 },
    ]);
    const twice = [{ id: 'a' }, { id: 'a' }];
    expect(diffJson(twice, [{ id: 'a' }, { id: 'b' }]).map(({ pointer }) => pointer)).toEqual(['/1/id']);
  });

  it('says which element a change is in, the innermost', () => {
    const nested = (value: number) => [{ id: 'outer', list: [{ id: 'inner', value }] }];
    expect(diffJson(nested(1), nested(2))).toMatchObject([
      { pointer: '/0/list/0/value', element: 'inner', before: 1, after: 2 },
    ]);
  });

  it('is empty exactly where the values are equal, on any values', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(diffJson(a, a)).toEqual([]);
        const equal = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(diffJson(plain(a), plain(b)).length === 0).toBe(equal);
      }),
    );
  });
});

/** Without what JSON cannot tell, such as -0. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, member]) => [name, sorted(member)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .concat([['{}', 0]]);
}
