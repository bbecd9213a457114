import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/core/complexity/analyze.js';
import { EVIDENCE_PER_DIMENSION_MAX } from '../../../src/core/complexity/counts.js';
import type { ComplexitySettings } from '../../../src/core/complexity/settings.js';
import { COMPLEXITY_DIMENSIONS, ROLES, type ComplexityDimension } from '../../../src/core/profile.js';

const SETTINGS = JSON.parse(readFileSync('rules/complexity.json', 'utf8')) as ComplexitySettings;
const ofText = (text: string) => analyze({ messages: [{ role: 'user', text }] }, SETTINGS);
const score = (text: string, dimension: ComplexityDimension): number => ofText(text).dimensions[dimension];

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
    .map((codes) => String.fromCharCode(...codes)),
  fc
    .array(
      fc.constantFrom(
        'how many',
        '(A)',
        '\nB.',
        '```',
        '$5',
        ' ',
        '\n',
        '翻译',
        '_',
        'x=1',
        '?',
        '\ud800',
        '\0',
      ),
    )
    .map((parts) => parts.join('')),
);
const anyInput = fc.record({
  messages: fc.array(fc.record({ role: fc.constantFrom(...ROLES), text: anyText }), { maxLength: 4 }),
  toolCount: fc.nat(50),
});

describe('for any text', () => {
  it('every score, the composite and the confidence are finite and in [0, 1]', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const analysis = analyze(input, SETTINGS);
        const scores = [
          ...COMPLEXITY_DIMENSIONS.map((dimension) => analysis.dimensions[dimension]),
          ...Object.values(analysis.taskScores),
          analysis.composite,
          analysis.taskConfidence,
        ];
        for (const value of scores) expect(value >= 0 && value <= 1).toBe(true);
        expect(Object.values(analysis.taskScores).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 500 },
    );
  });

  it('the same input gives the same analysis', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(analyze(structuredClone(input), SETTINGS)).toEqual(analyze(input, SETTINGS));
      }),
    );
  });

  it('evidence lies inside its message, is not empty, and is capped per dimension', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { evidence } = analyze(input, SETTINGS);
        for (const { start, end, message } of evidence) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(input.messages[message]?.text.length ?? -1);
        }
        for (const dimension of COMPLEXITY_DIMENSIONS) {
          const listed = evidence.filter((entry) => entry.dimension === dimension).length;
          expect(listed).toBeLessThanOrEqual(EVIDENCE_PER_DIMENSION_MAX);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('odd texts have defined answers', () => {
  it('no text at all is open chat of low complexity, without evidence', () => {
    for (const messages of [[], [{ role: 'user', text: '' } as const]]) {
      const analysis = analyze({ messages }, SETTINGS);
      expect(analysis).toMatchObject({ taskType: 'open_chat', level: 'low', evidence: [] });
      for (const dimension of COMPLEXITY_DIMENSIONS) expect(analysis.dimensions[dimension]).toBe(0);
    }
  });

  it.each([
    ['a lone surrogate', '\ud83d'],
    ['NUL', '\0\0'],
    ['zero-width characters', '\u200b\u200d\ufeff'],
    ['right-to-left text', 'اكتب قصة قصيرة عن البحر'],
  ])('%s is scored like any text', (_name, text) => {
    expect(Number.isFinite(ofText(text).composite)).toBe(true);
  });
});

describe('dimensions follow what is in the text', () => {
  it.each<[ComplexityDimension, string, string]>([
    ['length', 'Hello there. '.repeat(100), 'Hello there.'],
    [
      'reasoning_depth',
      'Prove it, and explain why the conclusion must hold if the premise is false.',
      'What is the capital of Peru?',
    ],
    [
      'domain_knowledge',
      'Which enzyme acts on the protein in the renal artery of the patient?',
      'Which hat did she wear to the park?',
    ],
    ['code', 'Refactor this Python function:\n```\ndef f(a):\n  return a;\n```', 'Tell me of your town.'],
    ['mathematics', 'Solve 3x + 4 = 10 and compute the probability.', 'Solve the riddle of the sphinx.'],
    ['output_constraints', 'Answer only in JSON with exactly three bullet points.', 'Answer as you like.'],
    [
      'instructions',
      '1. List the towns\n2. Sort them\n3. Then describe each. Finally, compare.',
      'List the towns.',
    ],
    [
      'context_dependence',
      'As mentioned above, see the attached document and the previous email.',
      'Where is Lima?',
    ],
    [
      'ambiguity',
      'Make it better somehow',
      'Describe how the town council of Lima elects its members and for how many years they serve',
    ],
    ['languages', 'Traduis en anglais: Где находится вокзал? 駅はどこですか', 'Where is the station?'],
  ])('%s', (dimension, more, less) => {
    expect(score(more, dimension)).toBeGreaterThan(score(less, dimension));
  });

  it('earlier turns, tools and attachments raise context dependence', () => {
    const messages = [{ role: 'user', text: 'And then?' }] as const;
    const alone = analyze({ messages }, SETTINGS).dimensions.context_dependence;
    const earlier = [{ role: 'user', text: 'Hi' }, { role: 'assistant', text: 'Yes' }, ...messages] as const;
    expect(analyze({ messages: earlier }, SETTINGS).dimensions.context_dependence).toBeGreaterThan(alone);
    expect(analyze({ messages, toolCount: 4 }, SETTINGS).dimensions.context_dependence).toBeGreaterThan(
      alone,
    );
    const modalities = ['text', 'image'] as const;
    expect(analyze({ messages, modalities }, SETTINGS).dimensions.context_dependence).toBeGreaterThan(alone);
  });
});

describe('evidence', () => {
  it('points at what was found and names it with a fixed word', () => {
    const text = 'Compute 12 + 30.';
    const labels = ofText(text).evidence.map(({ start, end, label }) => `${label}=${text.slice(start, end)}`);
    expect(labels).toEqual(expect.arrayContaining(['math_verb=Compute', 'math_operator=+', 'number=12']));
  });

  it.each<[ComplexityDimension, string, string]>([
    ['length', 'Go.', 'text=Go.'],
    ['reasoning_depth', 'Prove it.', 'reasoning_verb=Prove'],
    ['domain_knowledge', 'The jurisdiction holds.', 'long_word=jurisdiction'],
    ['code', 'x => y', 'code_mark==>'],
    ['mathematics', 'a + b', 'math_operator=+'],
    ['output_constraints', 'Answer in JSON.', 'format_noun=JSON'],
    ['instructions', 'Is it so?', 'question_mark=?'],
    ['context_dependence', 'She said _ to him.', 'blank=_'],
    ['ambiguity', 'Do something.', 'vague_word=something'],
    ['languages', 'Где вокзал', 'script=Где'],
  ])('of %s is found in: %s', (dimension, text, found) => {
    const listed = ofText(text)
      .evidence.filter((entry) => entry.dimension === dimension)
      .map(({ start, end, label }) => `${label}=${text.slice(start, end)}`);
    expect(listed).toContain(found);
  });
});
