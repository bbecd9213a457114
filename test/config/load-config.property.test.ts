import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { SETTINGS } from '../../src/config/settings.js';
import { describeFault, type Checked } from '../../src/core/fault.js';

const numRuns = Number(process.env['SEXTANT_PROPERTY_RUNS'] ?? 300);

/** A result is a configuration, or at least one fault that prints as a line. */
function expectChecked(result: Checked<unknown>): void {
  if (result.ok) return;
  expect(result.faults.length).toBeGreaterThan(0);
  for (const fault of result.faults) {
    expect(fault.path).not.toBe('');
    expect(describeFault(fault)).not.toMatch(/\n|undefined:/);
  }
}

const word = fc.constantFrom(
  ...[
    'server',
    'admin',
    'port',
    'tls',
    'auth',
    'tokens',
    'sha256',
    'log',
    'level',
    '&a',
    '*a',
    '<<',
    '!!map',
  ],
  ...[
    ': ',
    ':\n  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '\n',
    '|',
    '>',
    '"',
    "'",
    '#',
    '? ',
    '---',
    '%YAML 1.1\n',
    '\t',
  ],
);
const yamlLike = fc
  .array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 40 })
  .map((parts) => parts.join(''));

const tree = fc.dictionary(
  fc.constantFrom('server', 'admin', 'auth', 'log', 'tickets', '__proto__', 'constructor', 'x y', '3'),
  fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.dictionary(
      fc.constantFrom('port', 'tls', 'tokens', 'level', 'lifeHours', 'toString', '0'),
      fc.oneof(
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(fc.dictionary(fc.constantFrom('sha256', 'roles', 'a.b'), fc.jsonValue({ maxDepth: 1 }))),
      ),
    ),
  ),
);

describe('whatever the sources hold', () => {
  it('never throws on any text as the file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), yamlLike), (text) => {
        expectChecked(loadConfig({ file: { name: 'f.yaml', text }, env: {}, flags: {} }));
      }),
      { numRuns },
    );
  });

  it('never throws on any tree as the file', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expectChecked(loadConfig({ file: { name: 'f.yaml', text: stringify(value) }, env: {}, flags: {} }));
      }),
      { numRuns },
    );
  });

  it('never throws on any variables and flags', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('true', '1e3', 'NaN', '[{}]', '-0', '0x10'),
    );
    const name = fc.oneof(
      fc.constantFrom(...SETTINGS.map(({ envName }) => envName)),
      fc.string().map((tail) => `SEXTANT_${tail}`),
    );
    const flag = fc.oneof(fc.constantFrom(...SETTINGS.map(({ path }) => path)), fc.string());
    fc.assert(
      fc.property(
        fc.dictionary(name, text),
        fc.dictionary(flag, fc.oneof(text, fc.anything())),
        (env, flags) => {
          expectChecked(loadConfig({ env, flags }));
        },
      ),
      { numRuns },
    );
  });
});
