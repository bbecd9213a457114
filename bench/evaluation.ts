import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { adaptiveSection } from './evaluation/adaptive-section.js';
import { budgetSection } from './evaluation/budget-section.js';
import { LOGS_MOST, RUN_SEED_MOST, STEPS_MOST } from './evaluation/log-seeds.js';
import { steadySection } from './evaluation/steady-section.js';
import type { EvaluationContext } from './evaluation/section.js';
import { isOutcomeSet } from './quality/outcome-set.js';
import { dataFolder, projectRoot } from './quality/project-root.js';
import { Report } from './quality/report.js';

const SECTIONS = { steady: steadySection, adaptive: adaptiveSection, budget: budgetSection } as const;
type SectionName = keyof typeof SECTIONS;
const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];

interface Options {
  readonly out: string;
  readonly repetitions: number;
  readonly seed: number;
  readonly steps: number;
  readonly sections: readonly SectionName[];
}

const within =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
    return value;
  };

function sections(text: string): SectionName[] {
  const names = text.split(',').map((part) => part.trim());
  const isSection = (name: string): name is SectionName => Object.hasOwn(SECTIONS, name);
  if (!names.every(isSection)) throw new InvalidArgumentError(`can be ${SECTION_NAMES.join(', ')}`);
  return names;
}

async function main({ out, sections: names, repetitions, seed, steps }: Options): Promise<void> {
  const report = new Report((text) => console.log(text));
  const context: EvaluationContext = { dataFolder: dataFolder(), report, repetitions, seed, steps };
  report.figure('seed', seed);
  report.figure('repetitions', repetitions);
  report.figure('steps', steps);
  if (!isOutcomeSet(join(context.dataFolder, 'paretobandit'))) {
    report.note(
      `skipped: ${context.dataFolder} lacks paretobandit; docs/data.md says where the public originals are`,
    );
    return;
  }
  for (const name of names) {
    const started = performance.now();
    await SECTIONS[name](context);
    report.note(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    // After each section, so that a run that is cut short leaves what it found.
    const file = resolve(out);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report.figures, null, 2)}\n`);
  }
  report.summary();
}

await new Command('bench-evaluation')
  .description('Evaluates policies on the logs of others, and confronts the intervals with the truth.')
  .option('--out <file>', 'the figures', join(projectRoot(), 'bench/out/evaluation.json'))
  .option('--repetitions <n>', 'logs per logging policy', within(1, LOGS_MOST), 500)
  .option(
    '--seed <n>',
    'other logs, drawn anew; the figures of docs/benchmarks.md are of 0',
    within(0, RUN_SEED_MOST),
    0,
  )
  .option('--steps <n>', 'decisions per log', within(1, STEPS_MOST), 600)
  .option('--sections <list>', `of ${SECTION_NAMES.join(', ')}`, sections, SECTION_NAMES)
  .action(main)
  .parseAsync();
