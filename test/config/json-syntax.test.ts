import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntaxFault } from '../../src/config/json-syntax.js';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('what is no JSON', () => {
  it.each([
    ['{"a": 1,}', '1:9 a comma may not stand before }'],
    ['[1,\n2,\n]', '3:1 a comma may not stand before ]'],
    ['{"a": 1\n "b": 2}', '2:2 a comma is expected, or the end of the object or list'],
    ['{"rules": [{"name": ', '1:20 the file ends in the middle of an object'],
    ['', '1:1 the file ends in the middle of everything'],
    ['{\n  // why\n}', '2:3 JSON has no comments; write a "description"'],
    ["{'a': 1}", '1:2 a key in double quotes or } is expected'],
    ['{"a": \'b\'}', '1:7 texts stand in double quotes'],
    ['{"a": high}', '1:7 this is no value: is it a text without its double quotes?'],
    ['{"a": 01}', '1:7 this is no value: is it a text without its double quotes?'],
    ['{"a": 1,\n  "b" 2}', '2:7 a colon is expected after a key'],
    ['{"a": [1', '1:9 the file ends in the middle of a list'],
    ['{"a" 1}', '1:6 a colon is expected after a key'],
    ['{"a": "b}\n', '1:7 this text does not end on its line: a " is missing'],
    ['{"a": "\\x"}', '1:7 this text holds a character that must be escaped'],
    ['{} {}', '1:4 nothing more is expected'],
    ['[1}', '1:3 a comma is expected, or the end of the object or list'],
    ['{"a": }', '1:7 a value is expected'],
  ])('%j', (text, fault) => {
    const found = syntaxFault(text);
    expect(found && `${found.line}:${found.column} ${found.reason}`).toBe(fault);
  });

  it('is what JSON.parse refuses, for any mangled document', () => {
    const mangled = fc
      .tuple(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', ':', '{', '[', '1', 'x', '\\', '\n', '\t'),
      )
      .map(([value, at, piece]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + piece + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(mangled, (text) => {
        expect(syntaxFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is found however deep it stands', () => {
    expect(syntaxFault('['.repeat(200_000))?.column).toBe(200_001);
  });
});
