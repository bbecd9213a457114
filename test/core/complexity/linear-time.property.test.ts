import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyze } from '../../../src/core/complexity/analyze.js';
import type { ComplexitySettings } from '../../../src/core/complexity/settings.js';

const SETTINGS = JSON.parse(readFileSync('rules/complexity.json', 'utf8')) as ComplexitySettings;
const SHORT = 8_192;
const TIMES = 16;
/** Quadratic time would take TIMES² as long; the rest is for a machine with other things to do. */
const MOST = 6 * TIMES;
const ROUNDS = 7;

const HOSTILE = [
  ...['a', 'A', ' ', '\n', '\t', '.', '1', '1.', '1,', '(', ')', '()', '(A)', '\nA)', '\n  B.', '`', '```'],
  ...[
    '_',
    '__',
    '$',
    '$x',
    '\\',
    '{',
    ';\n',
    '->',
    '//',
    '>>>',
    '</',
    '""',
    '"""',
    '=',
    '==',
    '-',
    '- ',
    '*',
  ],
  ...[
    'how ',
    'how many ',
    'many',
    'what if',
    'unit_',
    'aA',
    '写',
    '写一',
    '翻译',
    'こ',
    '\ud800',
    '\udc00',
    '\0',
  ],
  ...['\u200b', '\u200d', '\u202e', '\u2028', '\ufeff', 'ا', 'é', '?', ': ', 'options:', '1)\n', '\n1. '],
];

/** The least of several, as other work only ever adds. */
function leastNs(text: string): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    analyze({ messages: [{ role: 'user', text }] }, SETTINGS);
    least = Math.min(least, Number(process.hrtime.bigint() - start));
  }
  return least;
}

const repeated = (pattern: string, units: number): string =>
  Buffer.from(pattern.repeat(Math.ceil(units / pattern.length)).slice(0, units), 'utf16le').toString(
    'utf16le',
  );

const TITLE = 'sixteen times the text takes at most some sixteen times as long, whatever is repeated in it';
/** A busy machine needs longer for both. */
it(TITLE, { timeout: 120_000 }, () => {
  const pattern = fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, (text) => {
      const short = leastNs(repeated(text, SHORT));
      expect(leastNs(repeated(text, SHORT * TIMES)) / short).toBeLessThan(MOST);
    }),
    { numRuns: 60 },
  );
});
