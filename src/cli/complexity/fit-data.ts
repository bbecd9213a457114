import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { analyze } from '../../core/complexity/analyze.js';
import { wordBuckets } from '../../core/complexity/composite.js';
import type { FitExample } from '../../core/complexity/fit/example.js';
import { sourceFamily } from '../../core/complexity/fit/source-family.js';
import {
  strongModel,
  targetOf,
  weakModel,
  type FitTarget,
  type ModelRecord,
} from '../../core/complexity/fit/targets.js';
import type { ComplexitySettings } from '../../core/complexity/settings.js';
import type { ChatMessage } from '../../core/profile.js';
import { parseCsv } from '../csv.js';

/** A prompt with the quality of every model that answered it. */
export interface AnsweredPrompt {
  readonly id: string;
  readonly dataset: string;
  readonly text: string;
  readonly qualities: ReadonlyMap<string, number>;
}

export interface AnsweredSet {
  readonly name: string;
  readonly prompts: readonly AnsweredPrompt[];
  readonly models: readonly ModelRecord[];
}

export interface DataOptions {
  readonly target: FitTarget;
  /** How far the weak model has to fall short. */
  readonly margin: number;
  /** Weak model by set; under '' that of any other set. */
  readonly weak: ReadonlyMap<string, string>;
  /** Buckets of hashed words; 0 for none. */
  readonly words: number;
}

const isSet = (folder: string): boolean =>
  ['prompts.jsonl', 'outcomes.csv'].every((file) => existsSync(join(folder, file)));

/** The outcome sets in a folder: the folder itself, or those that lie in it. @throws RangeError on none. */
export function outcomeFolders(folder: string): string[] {
  if (isSet(folder)) return [folder];
  const inside = existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
        .filter(isSet)
    : [];
  if (inside.length > 0) return inside;
  throw new RangeError(`${folder}: has no prompts.jsonl and outcomes.csv, and no folder in it has`);
}

/** @throws RangeError naming file and line. */
export function readAnsweredSet(folder: string): AnsweredSet {
  const file = join(folder, 'outcomes.csv');
  const qualities = new Map<string, Map<string, number>>();
  const tallies = new Map<string, { quality: number; answers: number; cost: number; priced: number }>();
  parseCsv(readFileSync(file, 'utf8')).forEach((row, i) => {
    const { prompt_id: id, model, quality: text, cost_usd: costText = '' } = row;
    if (id === undefined || model === undefined || text === undefined) {
      throw new RangeError(`${file}: needs the columns prompt_id, model and quality`);
    }
    if (text === '') return;
    const quality = Number(text);
    const cost = costText === '' ? undefined : Number(costText);
    const at = `${file}: row ${i + 1}`;
    if (!(quality >= 0 && quality <= 1)) throw new RangeError(`${at}: quality "${text}" is not in [0, 1]`);
    if (cost !== undefined && !(cost >= 0 && cost < Infinity))
      throw new RangeError(`${at}: cost_usd "${costText}" is not a cost`);
    const ofPrompt = qualities.get(id) ?? new Map<string, number>();
    qualities.set(id, ofPrompt.set(model, quality));
    const tally = tallies.get(model) ?? { quality: 0, answers: 0, cost: 0, priced: 0 };
    tally.quality += quality;
    tally.answers += 1;
    tally.cost += cost ?? 0;
    tally.priced += cost === undefined ? 0 : 1;
    tallies.set(model, tally);
  });
  const models = [...tallies].map(([model, { quality, answers, cost, priced }]) => ({
    model,
    meanQuality: quality / answers,
    ...(priced === answers && { meanCostUsd: cost / priced }),
  }));
  return { name: basename(resolve(folder)), prompts: promptsOf(folder, qualities), models };
}

function promptsOf(
  folder: string,
  qualities: ReadonlyMap<string, ReadonlyMap<string, number>>,
): AnsweredPrompt[] {
  const file = join(folder, 'prompts.jsonl');
  const prompts: AnsweredPrompt[] = [];
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return;
      const { prompt_id: id, dataset = '', prompt } = promptLine(line, `${file}: line ${i + 1}`);
      const answers = qualities.get(id);
      if (prompt !== undefined && prompt !== '' && answers !== undefined)
        prompts.push({ id, dataset, text: prompt, qualities: answers });
    });
  return prompts;
}

interface PromptLine {
  readonly prompt_id: string;
  readonly dataset?: string;
  readonly prompt?: string;
}

function promptLine(line: string, at: string): PromptLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RangeError(`${at}: is not JSON`);
  }
  const { prompt_id, dataset, prompt } = Object(value) as Record<string, unknown>;
  const isText = (member: unknown): boolean => member === undefined || typeof member === 'string';
  if (typeof prompt_id !== 'string') throw new RangeError(`${at}: prompt_id is not a text`);
  if (!isText(dataset)) throw new RangeError(`${at}: dataset is not a text`);
  if (!isText(prompt)) throw new RangeError(`${at}: prompt is not a text`);
  return value as PromptLine;
}

/** Which models a set's target compares. @throws RangeError where the weak model is not in the set. */
export function comparedModels(
  { name, models }: AnsweredSet,
  { weak }: Pick<DataOptions, 'weak'>,
): { weak: string; strong: string } {
  if (models.length < 2) throw new RangeError(`${name}: has fewer than two models to compare`);
  const asked = weak.get(name) ?? weak.get('');
  if (asked !== undefined && !models.some(({ model }) => model === asked)) {
    throw new RangeError(
      `${name}: has no model "${asked}"; it has ${models.map(({ model }) => model).join(', ')}`,
    );
  }
  return { weak: asked ?? weakModel(models), strong: strongModel(models) };
}

/** Examples of a set: those prompts that the compared models answered. */
export function examplesOf(
  set: AnsweredSet,
  { options, settings }: { options: DataOptions; settings: ComplexitySettings },
): FitExample[] {
  const models = comparedModels(set, options);
  const { target, margin, words } = options;
  const needed = target === 'gain' ? [models.weak, models.strong] : [models.weak];
  return set.prompts
    .filter(({ qualities }) => qualities.size > 1 && needed.every((model) => qualities.has(model)))
    .map(({ dataset, text, qualities }) => {
      const messages: ChatMessage[] = [{ role: 'user', text }];
      return {
        source: `${set.name}: ${dataset}`,
        family: sourceFamily(dataset === '' ? set.name : dataset),
        dimensions: analyze({ messages }, settings).dimensions,
        target: targetOf(qualities, { target, margin, ...models }),
        ...(words > 0 && { words: wordBuckets(messages, words) }),
      };
    });
}
