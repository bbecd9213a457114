import { expect, test } from 'vitest';
import { compileSchema } from '../../src/config/schema-check.js';

const named = (maximum: number) => ({
  $id: 'https://example.com/number.json',
  type: 'object',
  properties: { number: { type: 'number', maximum } },
});

test('schemas of one name stand side by side, each checking by its own text', () => {
  const [low, high] = [compileSchema(named(1)), compileSchema(named(9))];
  expect(low({ number: 5 }, 'a.json')).toEqual([
    { file: 'a.json', path: 'number', reason: expect.stringContaining('<= 1') as string },
  ]);
  expect(high({ number: 5 }, 'a.json')).toEqual([]);
  expect(low({ number: 1 }, 'a.json')).toEqual([]);
});

test('a schema that is wrong itself throws when it is first used', () => {
  const check = compileSchema({ type: 'nothing' });
  expect(() => check({}, 'a.json')).toThrow('schema is invalid');
});
