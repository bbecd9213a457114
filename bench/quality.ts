import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import {
  namedVariant,
  QUALITY_ONLY,
  shippedPolicy,
  withSettings,
  type QualityCostWeights,
} from './quality/bench-policy.js';
import { rewardChart } from './quality/chart.js';
import { variantFault, type BenchContext } from './quality/measure.js';
import { isOutcomeSet } from './quality/outcome-set.js';
import { PARETO_BUDGETS_USD, SHIFT_BUDGETS_USD } from './quality/pareto-arms.js';
import { dataFolder, projectRoot } from './quality/project-root.js';
import { Report } from './quality/report.js';
import { resultsCsv } from './quality/result-rows.js';
import { inThread, workerPool } from './quality/run-jobs.js';
import { anySetSection } from './quality/sections/any-set.js';
import { isSection, SECTIONS, SECTION_NAMES, type SectionName } from './quality/sections/sections.js';

interface Options {
  readonly data?: string;
  readonly out: string;
  readonly weights?: QualityCostWeights;
  readonly budgets?: readonly number[];
  readonly seeds?: number;
  readonly firstSeed: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly policies?: readonly string[];
  readonly arms?: readonly string[];
  readonly useCase?: 'dataset';
  readonly sections?: readonly SectionName[];
  readonly quick: boolean;
  readonly workers: number;
}

const OUT = join(projectRoot(), 'bench/out/quality.csv');
const SEEDS = 20;
const QUICK = { seeds: 3, budgetsUsd: [2.3e-4, 6.6e-4, 5.3e-3], shiftBudgetsUsd: [6.6e-4] } as const;
const WORKERS = 2;

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function numbers(text: string): number[] {
  const values = listed(text).map(Number);
  if (values.some((value) => !(value >= 0 && value < Infinity))) {
    throw new InvalidArgumentError('must be non-negative numbers, separated by commas');
  }
  return values;
}

function weights(text: string): QualityCostWeights {
  const [quality = 0, cost = 0, ...rest] = numbers(text);
  if (rest.length > 0 || quality + cost === 0) throw new InvalidArgumentError('are quality,cost: 0.7,0.3');
  return { quality: quality / (quality + cost), cost: cost / (quality + cost) };
}

const wholeNumberFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`must be a whole number from ${least} on`);
    return value;
  };
const count = wholeNumberFrom(1);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the benchmark sets itself, by policy, weights and set. */
const SET_HERE = ['policy', 'weights', 'referenceCostUsd'] as const;

function checkedSettings(value: Record<string, unknown>): Record<string, unknown> {
  for (const name of SET_HERE)
    if (name in value) throw new InvalidArgumentError(`cannot have ${name}: that is the benchmark's`);
  if ('linear' in value && !isObject(value['linear']))
    throw new InvalidArgumentError('must have an object as linear');
  return value;
}

function settings(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return checkedSettings(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidArgumentError('must be a JSON object, as in rules/bandit.json');
}

function useCase(text: string): 'dataset' {
  if (text !== 'dataset') throw new InvalidArgumentError('can be dataset');
  return text;
}

function sections(text: string): SectionName[] {
  const names = listed(text);
  if (!names.every(isSection)) throw new InvalidArgumentError(`can be ${SECTION_NAMES.join(', ')}`);
  return names;
}

const program = new Command('bench-quality')
  .description("Replays recorded outcomes through the product's core and compares it with what could be had.")
  .option('--data <folder>', 'a folder with prompts.jsonl and outcomes.csv, instead of the sections')
  .option('--out <file>', 'the CSV; a .json and an .svg go beside it', OUT)
  .option('--weights <quality,cost>', 'weights of the utility, with --data (default 1,0)', weights)
  .option('--budgets <list>', 'US dollars per request', numbers)
  .option('--seeds <n>', `permutations (default ${SEEDS})`, count)
  .option('--first-seed <n>', 'where the seeds begin', wholeNumberFrom(0), 0)
  .option('--settings <json>', 'what differs from rules/bandit.json in the policies under test', settings, {})
  .option('--policies <list>', 'policies of rules/bandit.json; sections take the first', listed)
  .option('--arms <list>', 'arms, with --data (default all)', listed)
  .option('--use-case <dataset>', 'the dataset is the use case, with --data', useCase)
  .option('--sections <list>', `of ${SECTION_NAMES.join(', ')}`, sections)
  .option('--quick', 'few seeds and budgets', false)
  .option('--workers <n>', 'threads', count, Math.min(WORKERS, availableParallelism()))
  .action(main);

async function main(options: Options): Promise<void> {
  const { settings: changes } = options;
  const isChanged = Object.keys(changes).length > 0;
  if (isChanged && options.out === OUT)
    program.error('--settings needs an --out: the shipped policy keeps its figures');
  const started = performance.now();
  const report = new Report((text) => console.log(text));
  const policies = (options.policies ?? [shippedPolicy()]).map((name) =>
    isChanged ? withSettings(namedVariant(name), changes) : namedVariant(name),
  );
  if (isChanged) report.note(`settings changed: ${JSON.stringify(changes)}`);
  for (const policy of policies) {
    const fault = variantFault(policy);
    if (fault !== undefined) program.error(`policy ${policy.name}: ${fault}`);
  }
  const context: BenchContext = {
    dataFolder: dataFolder(),
    seeds: options.seeds ?? (options.quick ? QUICK.seeds : SEEDS),
    firstSeed: options.firstSeed,
    budgetsUsd: options.budgets ?? (options.quick ? QUICK.budgetsUsd : PARETO_BUDGETS_USD),
    shiftBudgetsUsd: options.quick ? QUICK.shiftBudgetsUsd : SHIFT_BUDGETS_USD,
    policy: policies[0]!,
    runner: options.workers > 1 ? workerPool(options.workers) : inThread,
    report,
  };
  try {
    if (options.data === undefined) await runSections(context, options.sections ?? SECTION_NAMES);
    else await runFolder(context, options.data, options, policies);
  } finally {
    await context.runner.close();
  }
  report.summary();
  writeFiles(report, resolve(options.out));
  report.note(`\n${((performance.now() - started) / 1000).toFixed(0)} s on ${options.workers} threads`);
}

const skipped = (folder: string): string =>
  `skipped: ${folder} has no prompts.jsonl and outcomes.csv; docs/data.md says where the public originals are`;

async function runFolder(
  context: BenchContext,
  folder: string,
  options: Options,
  policies: ReturnType<typeof namedVariant>[],
): Promise<void> {
  if (!isOutcomeSet(folder)) return context.report.note(skipped(folder));
  await anySetSection(context, {
    set: {
      folder: resolve(folder),
      ...(options.arms && { arms: options.arms }),
      ...(options.useCase && { useCase: options.useCase }),
    },
    policies,
    weights: options.weights ?? QUALITY_ONLY,
    budgetsUsd: options.budgets ?? [],
  });
}

async function runSections(context: BenchContext, names: readonly SectionName[]): Promise<void> {
  for (const name of names) {
    const { needs, run } = SECTIONS[name];
    const folder = join(context.dataFolder, needs);
    if (!isOutcomeSet(folder)) {
      context.report.heading(name);
      context.report.note(skipped(folder));
      continue;
    }
    const started = performance.now();
    await run(context);
    context.report.note(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

function writeFiles(report: Report, csv: string): void {
  if (report.rows.length === 0 && Object.keys(report.figures).length === 0) return;
  mkdirSync(dirname(csv), { recursive: true });
  const beside = (extension: string): string => `${csv.replace(/\.csv$/, '')}.${extension}`;
  writeFileSync(csv, resultsCsv(report.rows));
  writeFileSync(beside('json'), `${JSON.stringify(report.figures, null, 2)}\n`);
  if (report.panels.some(({ points }) => points.length > 0))
    writeFileSync(beside('svg'), rewardChart(report.panels));
}

await program.parseAsync();
