import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_CONFIG } from '../config/config.js';
import { shuffledControl } from './demo/baselines.js';
import { writeDemoPolicy } from './demo/demo-policy.js';
import { learningCurve } from './demo/learning-curve.js';
import { loadReplayData, type ReplayData } from './demo/replay-data.js';
import { runDemo, type RunResult } from './demo/run.js';
import { comparisonTable, costTable, earned, halves, posteriorTable, shareTable } from './demo/summary.js';
import { table } from './demo/table.js';
import { positiveNumber } from './number-option.js';

interface DemoFlags {
  readonly budget: number;
  readonly seeds: number;
  readonly seed: number;
  readonly out: string;
}

const USE_CASE = 'demo';

/** `sextant demo`: the whole loop on recorded outcomes, with a kill in the middle. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Replay recorded outcomes through a server of its own, kill it half-way, and show what it learned. Needs no running server.',
    )
    .option('--budget <usd>', 'average cost per request, in USD', positiveNumber, 3e-4)
    .option('--seed <n>', 'seed of the order of the prompts', whole, 1)
    .option('--seeds <n>', 'how many seeds to run, from --seed on', whole, 1)
    .option('--out <folder>', 'where the store, the policy and the picture go', 'demo-out')
    .action(demo);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}

async function demo({ budget, seed, seeds, out }: DemoFlags): Promise<void> {
  const results: { seed: number; data: ReplayData; result: RunResult }[] = [];
  for (let s = seed; s < seed + seeds; s++) {
    const data = loadReplayData(s);
    if (s === seed)
      console.log(`${data.prompts.length} prompts × ${data.models.length} models: ${data.name}`);
    results.push({ seed: s, data, result: await runSeed(data, { budget, seed: s, out }) });
  }
  const [{ data, result }] = results as [(typeof results)[0]];
  print(data, result, budget);
  const picture = join(out, 'learning.svg');
  writeFileSync(picture, learningCurve(data, result.choices, budget));
  console.log(`\npicture of learning: ${picture}`);
  if (seeds > 1) printSeeds(results);
  printDashboard(out);
  if (results.some(({ result: { acknowledgedBeforeKill: a, foundAfterRestart: b } }) => a !== b))
    process.exitCode = 1;
}

async function runSeed(
  data: ReplayData,
  { budget, seed, out }: { budget: number; seed: number; out: string },
): Promise<RunResult> {
  const storePath = join(out, 'store');
  const policyFolder = join(out, 'rules');
  rmSync(storePath, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeDemoPolicy(policyFolder, { models: data.models, budgetUsdPerRequest: budget, useCase: USE_CASE });
  const bar = new SingleBar({
    format: `seed ${seed} {bar} {value}/{total} requests, {eta} s left`,
    noTTYOutput: false,
  });
  bar.start(data.prompts.length, 0);
  try {
    return await runDemo(data, {
      storePath,
      policyFolder,
      useCase: USE_CASE,
      seed,
      onStep: (done) => bar.update(done),
    });
  } finally {
    bar.stop();
  }
}

function print(data: ReplayData, result: RunResult, budget: number): void {
  const { acknowledgedBeforeKill, foundAfterRestart, secondsPerRequest } = result;
  console.log(
    `\nbudget ${budget} USD a request; ${(1000 * secondsPerRequest).toFixed(1)} ms for one Select and one durable Report`,
  );
  console.log(
    `killed half-way: ${acknowledgedBeforeKill} reports acknowledged before, ${foundAfterRestart} found after the restart\n`,
  );
  console.log(comparisonTable(data, result, budget));
  console.log(`\n${shareTable(data, result)}`);
  console.log(`\nwhat the server believes, by complexity level\n${posteriorTable(result)}`);
  console.log(`\nestimated against real cost, 2nd half\n${costTable(data, result)}`);
}

/** The server of the demo has ended: the same store and policy are served again to be looked at. */
function printDashboard(out: string): void {
  const { host, port } = DEFAULT_CONFIG.admin;
  const folders = `--store.path ${join(out, 'store')} --rules.path ${join(out, 'rules')}`;
  console.log(`\nlook at it: node dist/cli/sextant.js serve ${folders}`);
  console.log(`then open   http://${host}:${port}/?view=decisions&useCase=${USE_CASE}`);
}

/** One line per seed: the second half against the shuffled control. */
function printSeeds(results: readonly { seed: number; data: ReplayData; result: RunResult }[]): void {
  let won = 0;
  const rows = results.map(({ seed, data, result: { choices } }) => {
    const [, second] = halves(choices);
    const own = earned(second);
    const control = shuffledControl(second, data.models);
    if (own.quality > control.quality) won += 1;
    return [
      String(seed),
      own.quality.toFixed(4),
      control.quality.toFixed(4),
      (own.quality - control.quality).toFixed(4),
      own.costUsd.toExponential(2),
      control.costUsd.toExponential(2),
    ];
  });
  console.log(
    `\n${table(['seed', 'Sextant, 2nd half', 'shuffled control', 'gain', 'USD', 'control USD'], rows)}`,
  );
  console.log(`\nSextant beats the shuffled control on quality in ${won} of ${results.length} seeds`);
}
