import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, parseTemplate, PARAMETER_NAME } from '../../../src/core/prompts/template.js';

function filled(text: string, values: Record<string, string> = {}): string {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.faults.map(({ reason }) => reason).join('; '));
  return fillTemplate(parsed.template, new Map(Object.entries(values)));
}

const faultsOf = (text: string) => {
  const parsed = parseTemplate(text);
  return parsed.ok ? [] : parsed.faults;
};

describe('a template', () => {
  it.each([
    ['Hello {{name}}!', 'Hello Ada!'],
    ['{{name}}{{name}}', 'AdaAda'],
    ['{{ name }}\n{{\tname}}', 'Ada\nAda'],
    ['plain { text } with {"a": {"b": 1}} and }}', 'plain { text } with {"a": {"b": 1}} and }}'],
    ['write \\{{name}} to say {{name}}', 'write {{name}} to say Ada'],
    ['', ''],
  ])('fills %j', (text, expected) => {
    expect(filled(text, { name: 'Ada' })).toBe(expected);
  });

  it('puts values in as they are: braces and code in them open nothing', () => {
    expect(filled('{{a}}-{{b}}', { a: '{{b}}', b: '$& \\{{ <b> {{#if}}' })).toBe('{{b}}-$& \\{{ <b> {{#if}}');
  });

  it.each([
    ['{{', 1, 1],
    ['a\n  {{name', 2, 3],
    ['{{#if x}}', 1, 1],
    ['{{name.first}}', 1, 1],
    ['{{{name}}}', 1, 1],
    ['{{}}', 1, 1],
    ['x {{1st}}', 1, 3],
    ['{{a\n}}', 1, 1],
  ])('refuses %j at its place, and quotes nothing', (text, line, column) => {
    const [fault] = faultsOf(text);
    expect(fault).toMatchObject({ line, column });
    for (const word of ['name', '#if', '1st'])
      if (text.includes(word)) expect(fault!.reason).not.toContain(`"${word}`);
  });

  it('names every fault at once', () => {
    expect(faultsOf('{{a b}}\n{{ok}} {{!}}').map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [2, 8],
    ]);
  });

  it('needs a value for every gap', () => {
    expect(() => filled('{{a}}')).toThrow('the parameter a has no value');
  });
});

const NAME = fc.stringMatching(PARAMETER_NAME).filter((name) => name.length < 20);

describe('properties of templates', () => {
  it('any text is a template or a fault, and what was escaped comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '\\', 'a', '\n', ' ', '_', '7') }), (text) => {
        const parsed = parseTemplate(text);
        if (!parsed.ok) expect(parsed.faults.length).toBeGreaterThan(0);
        else expect(parsed.template.texts).toHaveLength(parsed.template.names.length + 1);
        const escaped = text.replaceAll(/\\+(?=\{\{)/g, '').replaceAll('{{', '\\{{');
        const plain = text.replaceAll(/\\+(?=\{\{)/g, '');
        if (!plain.includes('{{{')) expect(filled(escaped)).toBe(plain);
      }),
    );
  });

  it('filling is what putting the parts together by hand gives', () => {
    const part = fc.record({
      text: fc.string().filter((s) => !/[{}\\]/.test(s)),
      name: NAME,
      value: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const values = Object.fromEntries(parts.map(({ name, value }) => [name, value]));
        const text = parts.map(({ text: plain, name }) => `${plain}{{${name}}}`).join('');
        const expected = parts.map(({ text: plain, name }) => plain + values[name]!).join('');
        expect(filled(text, values)).toBe(expected);
      }),
    );
  });
});
