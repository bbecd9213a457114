import { join } from 'node:path';
import {
  comparedModels,
  examplesOf,
  readAnsweredSet,
  type AnsweredSet,
  type DataOptions,
} from '../../src/cli/complexity/fit-data.js';
import { analyze } from '../../src/core/complexity/analyze.js';
import type { FitExample } from '../../src/core/complexity/fit/example.js';
import { fitComplexity, type ComplexityFit } from '../../src/core/complexity/fit/fit-complexity.js';
import type { ComplexitySettings } from '../../src/core/complexity/settings.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../src/core/profile.js';

export const OPEN_SETS = ['llmrouter', 'paretobandit', 'routellm', 'routerbench'] as const;
export type OpenSet = (typeof OPEN_SETS)[number];

/** As the shipped settings are fitted; llmrouter has no costs, and its price list names the cheapest. */
export const SHIPPED_FIT: DataOptions = {
  target: 'short',
  margin: 0.1,
  weak: new Map([['llmrouter', 'gemma-2-9b-it']]),
  words: 0,
};

/** Dimension scores do not depend on settings. */
const UNWEIGHTED: ComplexitySettings = {
  weights: Object.fromEntries(COMPLEXITY_DIMENSIONS.map((name) => [name, 1])) as unknown as DimensionScores,
  thresholds: { medium: 0.3, high: 0.6 },
};

/** A prompt, what the weak and the strong model made of it, and the example that it is. */
export interface AnsweredExample {
  readonly example: FitExample;
  readonly text: string;
  readonly gain: number;
}

/** A set's prompts as examples for a fit. */
export function answeredExamples(set: AnsweredSet, options: DataOptions): AnsweredExample[] {
  const { weak, strong } = comparedModels(set, options);
  return set.prompts
    .filter(({ qualities }) => qualities.has(weak) && qualities.has(strong))
    .flatMap((prompt) =>
      examplesOf({ ...set, prompts: [prompt] }, { options, settings: UNWEIGHTED }).map((example) => ({
        example,
        text: prompt.text,
        gain: prompt.qualities.get(strong)! - prompt.qualities.get(weak)!,
      })),
    );
}

const sets = new Map<string, AnsweredSet>();

/** A set from disk, once. */
export function openSet(dataFolder: string, name: OpenSet): AnsweredSet {
  let set = sets.get(name);
  if (set === undefined) sets.set(name, (set = readAnsweredSet(join(dataFolder, name))));
  return set;
}

const fits = new Map<string, ComplexityFit>();

/** The shipped fit as it would be had no data set of a family been there. Made once. */
export function fitWithout(dataFolder: string, family: string): ComplexityFit {
  const made = fits.get(family);
  if (made !== undefined) return made;
  const examples = OPEN_SETS.flatMap((name) =>
    examplesOf(openSet(dataFolder, name), { options: SHIPPED_FIT, settings: UNWEIGHTED }),
  ).filter((example) => example.family !== family);
  const fit = fitted(examples);
  fits.set(family, fit);
  return fit;
}

/** @throws Error where nothing can be fitted. */
export function fitted(examples: readonly FitExample[]): ComplexityFit {
  const result = fitComplexity(examples);
  if (!result.ok) throw new Error(result.reason);
  return result.fit;
}

/** The composite that a server with these settings would give a prompt. */
export const compositeUnder = (text: string, settings: ComplexitySettings): number =>
  analyze({ messages: [{ role: 'user', text }] }, settings).composite;
