import { describe, expect, it } from 'vitest';
import { duplicateKeys, FaultLocator } from '../../src/config/locate-fault.js';

const TEXT = `{
  "rules": [
    { "name": "a" },
    {
      "odd key": { "it's": 1, "a.b": [true,
        false] }
    }
  ]
}`;

describe('a path in a file', () => {
  it.each([
    ['$', 1, 1],
    ['', 1, 1],
    ['rules', 2, 3],
    ['rules[0]', 3, 5],
    ['rules[0].name', 3, 7],
    ["rules[1]['odd key']", 5, 7],
    ['rules[1]["odd key"]["it\'s"]', 5, 20],
    ['rules[1]["odd key"]["a.b"][1]', 6, 9],
  ])('%s is at line %i, column %i', (path, line, column) => {
    expect(new FaultLocator(TEXT).locate(path)).toEqual({ line, column });
  });

  it('that leads nowhere is at what encloses it', () => {
    const locator = new FaultLocator(TEXT);
    expect(locator.locate('rules[1].event.type')).toEqual({ line: 4, column: 5 });
    expect(locator.locate('rules[7]')).toEqual({ line: 2, column: 3 });
    expect(locator.locate('fixtures[[')).toEqual({ line: 1, column: 1 });
    expect(new FaultLocator('').locate('a')).toEqual({ line: 1, column: 1 });
  });
});

describe('a text', () => {
  it('names keys that stand twice in one object', () => {
    expect(duplicateKeys('{"a": {"b": 1}, "c": [{"b": 1}, {"b": 2}]}')).toEqual([]);
    expect(duplicateKeys('{"c": [{"a": {}},\n {"b": 1, "x": {"b": 1},\n"b": 2}]}')).toEqual([
      { path: 'c[1].b', line: 3, column: 1, firstLine: 2 },
    ]);
  });
});
