import { beforeAll, describe, expect, it } from 'vitest';
import { ComplexityDimension, type AnalyzeComplexityResponse } from '../../src/gen/sextant/v1/selection.js';
import { ComplexityLevel, Role, TaskType } from '../../src/gen/sextant/v1/request.js';
import { startServer } from './built-server.js';
import { connect } from './clients.js';
import { refusalOf } from './refusal.js';

let sextant: ReturnType<typeof connect>;

beforeAll(async () => {
  sextant = connect((await startServer({})).address);
});

const ofText = (value: string): Promise<AnalyzeComplexityResponse> =>
  sextant.analyzeComplexity({ input: { content: { $case: 'text', value } } });

describe('AnalyzeComplexity answers', () => {
  it('with the places of what it found, and no text', async () => {
    const text = 'Compute 12 + 30.';
    const { evidence } = await ofText(text);
    const numbers = evidence.filter(({ label }) => label === 'number');
    expect(numbers.map(({ start, end }) => text.slice(start, end))).toEqual(['12', '30']);
    expect(evidence.some(({ dimension }) => dimension === ComplexityDimension.LENGTH)).toBe(true);
    expect(JSON.stringify(evidence)).not.toContain('Compute');
  });

  it.each([
    ['no text', ''],
    ['NUL', '\0\0\0'],
    ['a lone surrogate', '\ud83d'],
    ['zero-width characters', '\u200b\u200d\ufeff'],
    ['right-to-left text with marks', '\u202eاكتب قصة\u202c'],
  ])('%s', async (_name, text) => {
    const { profile, evidence } = await ofText(text);
    expect(profile!.composite).toBeGreaterThanOrEqual(0);
    expect(profile!.composite).toBeLessThanOrEqual(1);
    expect(profile!.level).toBe(ComplexityLevel.LOW);
    for (const { start, end } of evidence) expect(end).toBeGreaterThan(start);
  });

  it('no text as open chat that scores nothing', async () => {
    const { profile, evidence } = await ofText('');
    expect(profile!.taskType).toBe(TaskType.OPEN_CHAT);
    expect(Object.values(profile!.dimensions!).every((score) => score === 0)).toBe(true);
    expect(evidence).toEqual([]);
  });
});

describe('AnalyzeComplexity refuses', () => {
  it('an unknown role, naming the message', async () => {
    const messages = [
      { role: Role.USER, text: 'Hi' },
      { role: 99 as Role, text: 'Hi' },
    ];
    const call = sextant.analyzeComplexity({ input: { content: { $case: 'chat', value: { messages } } } });
    expect(await refusalOf(call)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['input.chat.messages[1].role'],
    });
  });

  it('text above the limit, naming it', async () => {
    expect(await refusalOf(ofText('a'.repeat(200_001)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['input.text'],
    });
  });

  it('10 MB before it is read', async () => {
    const started = performance.now();
    expect((await refusalOf(ofText('a'.repeat(10_000_000)))).code).toBe('RESOURCE_EXHAUSTED');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('scores outside [0, 1], naming the dimension', async () => {
    const scores = { length: 0.5, code: 1.5 };
    const call = sextant.analyzeComplexity({
      input: { content: { $case: 'text', value: 'Hi' }, complexity: scores },
    });
    expect(await refusalOf(call)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['input.complexity.code'],
    });
  });
});
