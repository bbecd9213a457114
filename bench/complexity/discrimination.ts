import { concordance } from '../../src/core/complexity/fit/concordance.js';
import { three } from '../quality/report.js';
import {
  answeredExamples,
  compositeUnder,
  fitWithout,
  openSet,
  SHIPPED_FIT,
  type AnsweredExample,
} from './answered-prompts.js';
import { LITELLM_BOUNDS, litellmScore } from './litellm-baseline.js';
import type { SectionContext } from './section.js';

const SETS = ['paretobandit', 'llmrouter', 'routerbench'] as const;

/** How well the composite tells where the cheapest model falls short, each family scored by a fit without it. */
export function discriminationSection({ dataFolder, report }: SectionContext): void {
  report.heading('AUC for "the cheapest model falls short of the best by more than 0.1", families left out');
  const rows = SETS.flatMap((name) => {
    const prompts = answeredExamples(openSet(dataFolder, name), SHIPPED_FIT);
    const litellm = prompts.map(({ text }) => litellmScore(text));
    const tiers = litellm.map((score) => LITELLM_BOUNDS.filter((bound) => score >= bound).length);
    const scorers = [
      { key: 'composite', title: 'composite', scores: leftOutComposites(dataFolder, prompts) },
      { key: 'length', title: 'length in characters', scores: prompts.map(({ text }) => text.length) },
      { key: 'litellm', title: "LiteLLM's weights", scores: litellm },
      { key: 'litellm_tiers', title: "LiteLLM's tiers", scores: tiers },
    ];
    return scorers.map(({ key, title, scores }, i) => {
      const pooled = aucOf(scores, prompts, () => '');
      const within = aucOf(scores, prompts, ({ example }) => example.source);
      report.figure(`auc.${name}.${key}.pooled`, pooled);
      report.figure(`auc.${name}.${key}.within_sources`, within);
      return [i === 0 ? `${name}, ${prompts.length} prompts` : '', title, three(pooled), three(within)];
    });
  });
  report.table(['set', 'score', 'over the set', 'within its sources'], rows);
  report.note('0.5 is chance. Over the set, it also counts which source is harder.');
}

const leftOutComposites = (dataFolder: string, prompts: readonly AnsweredExample[]): number[] =>
  prompts.map(({ text, example }) => compositeUnder(text, fitWithout(dataFolder, example.family).settings));

function aucOf(
  scores: readonly number[],
  prompts: readonly AnsweredExample[],
  groupOf: (prompt: AnsweredExample) => string,
): number {
  const numbers = new Map<string, number>();
  const groups = prompts.map((prompt) => {
    const group = groupOf(prompt);
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
  const targets = prompts.map(({ example }) => example.target);
  return concordance({ scores, targets, groups, rows: targets.keys() }) ?? Number.NaN;
}
