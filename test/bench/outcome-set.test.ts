import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { csvLine } from '../../bench/quality/csv.js';
import { parseCsv } from '../../src/cli/csv.js';
import { withNewcomer } from '../../bench/quality/newcomer.js';
import { loadOutcomeSet } from '../../bench/quality/outcome-set.js';
import { utilities } from '../../bench/quality/utility.js';
import { toySet, type ToyPrompt } from './toy-set.js';

const folders: string[] = [];
const written = (prompts: readonly ToyPrompt[]): string => {
  const folder = toySet(prompts);
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const both: ToyPrompt['outcomes'] = {
  'acme/a': { quality: 0.5, costUsd: 0.001 },
  'acme/b': { quality: 1, costUsd: 0.002 },
};

describe('a folder of outcomes', () => {
  it('keeps the prompts that every wanted arm answered', () => {
    const folder = written([
      { text: 'one', outcomes: both },
      { text: 'two', outcomes: { 'acme/a': { quality: 0.2, costUsd: 0.001 } } },
    ]);
    expect(loadOutcomeSet({ folder }).prompts.map(({ id }) => id)).toEqual(['toy-0000']);
    const alone = loadOutcomeSet({ folder, arms: ['acme/a'] });
    expect([...alone.quality]).toEqual([0.5, 0.2]);
    expect(loadOutcomeSet({ folder, arms: ['acme/a'], completeFor: ['acme/b'] }).prompts).toHaveLength(1);
  });

  it('may come without costs, without text, and with categories', () => {
    const folder = written([
      { category: 'law', dataset: 'bar', outcomes: { x: { quality: 1 } } },
      { text: 'hello', dataset: 'chat', outcomes: { x: { quality: 0 } } },
    ]);
    const set = loadOutcomeSet({ folder });
    expect(set.costUsd).toBeUndefined();
    expect(set.prompts.map(({ useCase }) => useCase)).toEqual(['law', 'bench']);
    expect(set.prompts[0]).not.toHaveProperty('text');
    const byDataset = loadOutcomeSet({ folder, useCase: 'dataset' });
    expect(byDataset.prompts.map(({ useCase }) => useCase)).toEqual(['bar', 'chat']);
  });

  it('refuses a quality outside [0, 1], an unknown arm, and a set of which nothing is complete', () => {
    const folder = written([{ text: 'one', outcomes: { x: { quality: 2 } } }]);
    expect(() => loadOutcomeSet({ folder })).toThrow(RangeError);
    const good = written([
      { text: 'one', outcomes: { x: { quality: 1 } } },
      { text: 'two', outcomes: { y: { quality: 1 } } },
    ]);
    expect(() => loadOutcomeSet({ folder: good, arms: ['z'] })).toThrow('"z"');
    expect(() => loadOutcomeSet({ folder: good })).toThrow('no prompt');
  });

  it('prices a listed model by the list only where that explains its bills', () => {
    const listed = 'google/gemini-2.5-pro';
    const text = 'word '.repeat(2_000);
    const at = (costUsd: number): number =>
      loadOutcomeSet({ folder: written([{ text, outcomes: { [listed]: { quality: 1, costUsd } } }]) })
        .listings[0]!.prices.outputUsdPerMTok;
    expect(at(0.1)).toBe(10);
    expect(at(0.00001)).toBe(1);
  });
});

describe('utility', () => {
  it('takes cost in units of the 95th percentile of all costs, at most one', () => {
    const set = loadOutcomeSet({ folder: written([{ text: 'one', outcomes: both }]) });
    const tau = 0.001 + 0.95 * 0.001;
    const [a, b] = utilities(set, { quality: 0.7, cost: 0.3 });
    expect(a).toBeCloseTo(0.7 * 0.5 - (0.3 * 0.001) / tau, 12);
    expect(b).toBeCloseTo(0.7 - 0.3, 12);
  });
});

describe('a newcomer', () => {
  const set = () =>
    loadOutcomeSet({
      folder: written([
        { text: 'one', outcomes: both },
        { text: 'two', outcomes: both },
      ]),
    });

  it('gains in the mean what it should, and never passes 1', () => {
    const wide = withNewcomer(set(), { name: 'new', from: 'acme/a', qualityGain: 0.1 });
    expect(wide.arms).toEqual(['acme/a', 'acme/b', 'new']);
    expect([...wide.quality].map((q) => Number(q.toFixed(9)))).toEqual([0.5, 1, 0.6, 0.5, 1, 0.6]);
    expect([...wide.costUsd!]).toEqual([0.001, 0.002, 0.001, 0.001, 0.002, 0.001]);
  });

  it('costs what its price says', () => {
    const dear = withNewcomer(set(), { name: 'new', from: 'acme/b', priceFactor: 100 });
    expect(dear.costUsd![2]).toBeCloseTo(0.2, 12);
    expect(dear.listings[2]!.prices.outputUsdPerMTok).toBeCloseTo(100, 9);
  });
});

describe('comma-separated values', () => {
  it('come back as they were written', () => {
    const fields = ['a,b', 'say "hi"', 'plain', ''];
    const [row] = parseCsv(`w,x,y,z\r\n${csvLine(fields)}\r\n`);
    expect(Object.values(row!)).toEqual(fields);
  });
});
