import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runComplexityFit, type ComplexityFitOptions } from '../../src/cli/complexity/fit.js';
import { rngFromSeed } from '../../src/core/random.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-complexity-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const DATASETS = ['rivers', 'towns', 'hats', 'boats'];

/** Long prompts are those that the cheap model fails at. */
async function outcomeSet(name: string, promptsEach = 150): Promise<string> {
  const rng = rngFromSeed(9n);
  const prompts: string[] = [];
  const outcomes = ['prompt_id,model,quality,cost_usd'];
  DATASETS.forEach((dataset, d) => {
    for (let i = 0; i < promptsEach; i++) {
      const words = 5 + Math.floor(rng() * 200);
      const prompt_id = `${dataset}-${i}`;
      prompts.push(JSON.stringify({ prompt_id, dataset, prompt: 'word '.repeat(words) }));
      const fails = rng() < 0.05 * d + words / 300;
      outcomes.push(`${prompt_id},cheap,${fails ? 0 : 1},0.0001`, `${prompt_id},dear,1,0.01`);
    }
  });
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'prompts.jsonl'), prompts.join('\n'));
  await writeFile(join(path, 'outcomes.csv'), outcomes.join('\n'));
  return path;
}

async function fit(
  options: Partial<ComplexityFitOptions>,
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runComplexityFit(
    {
      data: [],
      store: join(folder, 'store'),
      rules: 'rules',
      target: 'short',
      margin: 0.1,
      weak: new Map(),
      words: 0,
      ...options,
    },
    { out: (text) => (out += text), err: (text) => (err += text) },
  );
  return { code, out, err };
}

describe('sextant complexity fit --data', () => {
  it('finds what tells, says how well, and writes nothing unasked', async () => {
    const { code, out } = await fit({ data: [await outcomeSet('set')] });
    expect(code).toBe(0);
    expect(out).toContain('set: cheap against the best');
    expect(out).toMatch(/length .* kept/);
    expect(out).toContain('Brier score');
    expect(out).toContain('Nothing was written');
  });

  it('writes a file that a server loads, and replaces none unasked', async () => {
    const data = [await outcomeSet('set')];
    const file = join(folder, 'complexity.json');
    expect((await fit({ data, out: file })).code).toBe(0);
    const written = JSON.parse(await readFile(file, 'utf8')) as { weights: { length: number } };
    expect(written.weights.length).toBeGreaterThan(1);
    await writeFile(file, 'mine');
    const refused = await fit({ data, out: file });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('is there already');
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await fit({ data, out: file, replace: true })).code).toBe(0);
  });

  it('takes a folder of sets, and fits words and gains', async () => {
    await outcomeSet('one');
    await outcomeSet('two');
    const { code, out } = await fit({ data: [folder], target: 'gain', words: 64 });
    expect(code).toBe(0);
    expect(out).toContain('one: dear over cheap');
    expect(out).toContain('logistic.words (number)');
  });

  it('refuses what is too thin, naming how thin', async () => {
    const { code, err } = await fit({ data: [await outcomeSet('set', 10)] });
    expect(code).toBe(2);
    expect(err).toContain('40 examples are too few: at least 200');
  });

  it.each([
    ['prompts.jsonl', '{"prompt_id": 3}', 'prompts.jsonl: line 1: prompt_id is not a text'],
    ['prompts.jsonl', '{', 'prompts.jsonl: line 1: is not JSON'],
    ['outcomes.csv', 'prompt_id,model,quality\na,b,2', 'outcomes.csv: row 1: quality "2" is not in [0, 1]'],
    ['outcomes.csv', 'id,model\na,b', 'outcomes.csv: needs the columns prompt_id, model and quality'],
    ['outcomes.csv', '', 'fewer than two models'],
  ])('names what is wrong in %s: %s', async (name, content, reason) => {
    const path = await outcomeSet('set', 5);
    await writeFile(join(path, name), content);
    const { code, err } = await fit({ data: [path] });
    expect(code).toBe(2);
    expect(err).toContain(reason);
  });

  it('names a folder without data, and a weak model that the set has not', async () => {
    expect((await fit({ data: [join(folder, 'nowhere')] })).err).toContain('has no prompts.jsonl');
    const { err } = await fit({ data: [await outcomeSet('set')], weak: new Map([['', 'other']]) });
    expect(err).toContain('set: has no model "other"; it has cheap, dear');
  });
});

describe('sextant complexity fit on a log', () => {
  it('says that there is no store, and that a log has no words', async () => {
    expect(await fit({})).toMatchObject({ code: 1 });
    expect((await fit({ words: 64 })).err).toContain('a log has no text');
  });
});
