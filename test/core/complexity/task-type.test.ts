import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze, type AnalyzerInput } from '../../../src/core/complexity/analyze.js';
import type { ComplexitySettings } from '../../../src/core/complexity/settings.js';
import { COMPLEXITY_LEVELS, type TaskType } from '../../../src/core/profile.js';

const SETTINGS = JSON.parse(readFileSync('rules/complexity.json', 'utf8')) as ComplexitySettings;
const ofText = (text: string) => analyze({ messages: [{ role: 'user', text }] }, SETTINGS);

describe('a prompt is detected as its task type', () => {
  it.each<[TaskType, string]>([
    ['code', 'Write a TypeScript function that reverses a linked list.'],
    ['code', 'Why does this throw?\n```js\nconst a = null;\na.foo();\n```'],
    ['code', 'Refactor the following class so that the database connection is injected.'],
    ['code', 'Schreibe eine Python-Funktion, die Primzahlen findet.'],
    ['code', 'Écris un script bash qui renomme des fichiers.'],
    ['code', '用 Python 编写一个函数来排序数组'],
    ['mathematics', 'A baker sells 12 loaves a day at $4 each. How much does he earn in 5 days?'],
    ['mathematics', 'Solve for x: 3x + 7 = 22'],
    ['mathematics', 'Compute the determinant of the matrix and its eigenvalues.'],
    ['mathematics', 'Anna kauft 3 Äpfel für je 2 Euro. Wie viel bezahlt sie?'],
    ['mathematics', 'Juan tiene 5 manzanas y compra 7 más. ¿Cuántas manzanas tiene?'],
    ['mathematics', '小明有5个苹果，又买了8个，一共有多少个苹果？'],
    ['extraction', 'Extract all names and dates from the text below:\nOn 3 May, Mr Hill met Ms Lake.'],
    ['extraction', 'Please pull out the named entities in this paragraph.'],
    ['extraction', 'Extrahiere alle Firmennamen aus dem folgenden Text.'],
    ['extraction', '从下面的文章中提取所有人名'],
    ['summarization', 'Summarize the following article in three sentences.'],
    ['summarization', 'Can you give me a summary of this meeting transcript?'],
    ['summarization', 'Résume ce texte en deux phrases.'],
    ['summarization', '请总结这篇文章的要点'],
    ['summarization', '次の文章を要約してください'],
    ['translation', 'Translate this sentence into French: The cat sleeps.'],
    ['translation', 'How do you say "good evening" in Japanese? Please translate.'],
    ['translation', 'Übersetze den folgenden Satz ins Englische: Das Wetter ist schön.'],
    ['translation', '请把这句话翻译成英文'],
    ['open_chat', 'Hi there, how are you today?'],
    ['open_chat', 'Hello! I feel a bit lonely this evening.'],
    ['open_chat', 'Thanks, bye!'],
    ['open_chat', 'こんにちは'],
    ['factual_question', 'Who wrote The Old Man and the Sea?'],
    ['factual_question', 'What is the longest river in Africa?'],
    [
      'factual_question',
      'Which gas do plants take in?\nA. Oxygen\nB. Carbon dioxide\nC. Helium\nAnswer with the letter.',
    ],
    ['factual_question', '¿Cuál es la capital de Perú?'],
    ['classification', 'Classify this review as positive, negative or neutral: "Great shoes."'],
    ['classification', 'Is this message spam or not? Label it.'],
    ['classification', 'Klassifiziere die Stimmung: positiv oder negativ?'],
    ['classification', 'Kim thanked Lou because _ had helped.\n(A) Kim\n(B) Lou'],
    ['creative', 'Write a short poem about the autumn sea.'],
    ['creative', 'Imagine a city under the ice and tell its story.'],
    ['creative', 'Schreibe ein Gedicht über den Herbst.'],
    ['creative', '写一首诗，关于秋天'],
    ['agentic', 'Book a flight to Lisbon for Monday and send an email with the itinerary.'],
    ['agentic', 'Search the web for three hotels near the station, then add them to my calendar.'],
  ])('%s: %s', (taskType, text) => {
    expect(ofText(text).taskType).toBe(taskType);
  });

  it('the task that a system message states holds for bare material', () => {
    const input: AnalyzerInput = {
      messages: [
        { role: 'system', text: 'Translate everything the user writes into German.' },
        { role: 'user', text: 'The cat sleeps.' },
      ],
    };
    expect(analyze(input, SETTINGS).taskType).toBe('translation');
  });

  it('keywords in the middle of long material do not outweigh the instruction', () => {
    const material =
      'The function of the code was to prove a theorem, and they had to translate a poem. '.repeat(60);
    expect(ofText(`Summarize the following report.\n\n${material}`).taskType).toBe('summarization');
  });

  it('offered tools make a request to act agentic', () => {
    const input: AnalyzerInput = {
      messages: [{ role: 'user', text: 'Schedule it for Monday' }],
      toolCount: 3,
    };
    expect(analyze(input, SETTINGS).taskType).toBe('agentic');
  });
});

interface Prompt {
  readonly dataset: string;
  readonly prompt: string;
}

const FILE = join(process.env['SEXTANT_DATA'] ?? '../shared/data', 'paretobandit', 'prompts.jsonl');

// Skipped where the outcome data is not beside the repository and SEXTANT_DATA does not name it.
describe.skipIf(!existsSync(FILE))('on the prompts of the ParetoBandit set', () => {
  const analyses = existsSync(FILE)
    ? readFileSync(FILE, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Prompt)
        .map(({ dataset, prompt }) => ({ family: dataset.split('/')[1], ...ofText(prompt) }))
    : [];

  const shareOf = (family: string, taskType: TaskType): number => {
    const all = analyses.filter((analysis) => analysis.family === family);
    return all.filter((analysis) => analysis.taskType === taskType).length / all.length;
  };

  it.each<[string, TaskType, number]>([
    ['gsm8k', 'mathematics', 0.9],
    ['mbpp', 'code', 0.9],
    ['openbookqa', 'factual_question', 0.9],
    ['arc_challenge', 'factual_question', 0.9],
    ['truthful_qa', 'factual_question', 0.9],
    ['mmlu', 'factual_question', 0.65],
    ['hellaswag', 'classification', 0.9],
    ['winogrande', 'classification', 0.9],
  ])('%s is %s in at least %d', (family, taskType, least) => {
    expect(shareOf(family, taskType)).toBeGreaterThanOrEqual(least);
  });

  it.each(['openbookqa', 'arc_challenge', 'hellaswag', 'winogrande', 'truthful_qa'])(
    '%s is mathematics in less than one in twenty',
    (family) => {
      expect(shareOf(family, 'mathematics')).toBeLessThan(0.05);
    },
  );

  it('all three levels are used, none by less than a tenth', () => {
    for (const level of COMPLEXITY_LEVELS) {
      const share = analyses.filter((analysis) => analysis.level === level).length / analyses.length;
      expect(share).toBeGreaterThan(0.1);
    }
  });
});
