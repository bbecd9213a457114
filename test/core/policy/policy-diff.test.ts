import { expect, it } from 'vitest';
import { diffPolicies, type DiffedFile } from '../../../src/core/policy/policy-diff.js';

const file = (name: string, value: object, text = JSON.stringify(value)): DiffedFile => ({
  file: name,
  value,
  text,
});
const rule = (name: string) => ({ name, priority: 1 });

it('is told file by file, in the order of names; equal files are left out', () => {
  const before = [file('b.json', { x: 1 }), file('same.json', { y: 1 }), file('z.json', { z: 1 })];
  const after = [file('z.json', { z: 2 }), file('a.json', { x: 1 }), file('same.json', { y: 1 })];
  expect(diffPolicies(before, after).map(({ file: name, kind }) => [name, kind])).toEqual([
    ['a.json', 'added'],
    ['b.json', 'removed'],
    ['z.json', 'changed'],
  ]);
});

it('names each rule of a file that came or went', () => {
  const rules = file('rules/r.json', { rules: [rule('one'), rule('two')] });
  const [added] = diffPolicies([], [rules]);
  expect(added!.changes.map(({ kind, element }) => [kind, element])).toEqual([
    ['added', 'one'],
    ['added', 'two'],
  ]);
  const [removed] = diffPolicies([rules], []);
  expect(removed!.changes.map(({ kind, pointer }) => [kind, pointer])).toEqual([
    ['removed', '/rules/0'],
    ['removed', '/rules/1'],
  ]);
});

it('says of a file whose spaces changed that it did, with no change in it', () => {
  const diff = diffPolicies([file('a.json', { a: 1 })], [file('a.json', { a: 1 }, '{ "a": 1 }\n')]);
  expect(diff).toEqual([{ file: 'a.json', kind: 'changed', changes: [] }]);
});
