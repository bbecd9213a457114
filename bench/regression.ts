import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { knownPolicies, namedVariant, type PolicyVariant } from './quality/bench-policy.js';
import { benchSet } from './quality/bench-set.js';
import { isOutcomeSet, type OutcomeSet } from './quality/outcome-set.js';
import { MISTRAL } from './quality/pareto-arms.js';
import { dataFolder, projectRoot } from './quality/project-root.js';
import { replay } from './quality/replay.js';
import { Report, withInterval } from './quality/report.js';
import { paretoSet } from './quality/sections/pareto-sets.js';
import { estimate } from './quality/statistics.js';
import { regretOf, type Regret } from './regression/regret.js';
import { SCENARIOS, type Scenario } from './regression/scenarios.js';

const WEIGHTS = { quality: 0.7, cost: 0.3 };

const variants = (): PolicyVariant[] =>
  knownPolicies().map((name) =>
    name === 'fixed' ? { name, bandit: { policy: name, fixedModel: MISTRAL } } : namedVariant(name),
  );

const slug = (name: string): string => name.replaceAll(' ', '-');

function runScenario(report: Report, set: OutcomeSet, scenario: Scenario, seeds: number): void {
  const { name, what, stages, orderOf } = scenario;
  report.heading(`${name}: ${what}`);
  const rows = variants().map((variant) => {
    const bySeed = Array.from({ length: seeds }, (_, seed) => {
      const order = orderOf && { order: orderOf(set, seed) };
      return regretOf(set, replay(set, { variant, weights: WEIGHTS, seed, stages, ...order }), {
        weights: WEIGHTS,
        stages,
      });
    });
    const overall = (read: (regret: Regret) => number): number[] =>
      bySeed.map((regrets) => regrets.reduce((sum, regret) => sum + read(regret), 0) / regrets.length);
    const key = `${slug(name)}.${variant.name}`;
    const fixed = estimate(overall((regret) => regret.fixed));
    const oracle = estimate(overall((regret) => regret.oracle));
    report.figure(`${key}.fixed`, fixed.mean);
    report.figure(`${key}.oracle`, oracle.mean);
    const byStage = stages.map((_, s) => {
      const { mean } = estimate(bySeed.map((regrets) => regrets[s]!.fixed));
      report.figure(`${key}.fixed.stage${s + 1}`, mean);
      return mean.toFixed(4);
    });
    return [variant.name, withInterval(fixed), byStage.join('  '), withInterval(oracle)];
  });
  report.table(['policy', 'regret, best model', 'by stage', 'regret, best per prompt'], rows);
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number from 1 on');
  return value;
}

function main({ out, seeds }: { readonly out: string; readonly seeds: number }): void {
  const report = new Report((text) => console.log(text));
  const folder = dataFolder();
  if (!isOutcomeSet(join(folder, 'paretobandit'))) {
    report.note(`skipped: ${folder} lacks paretobandit; docs/data.md says where the public originals are`);
    return;
  }
  const set = benchSet(paretoSet({ dataFolder: folder }, 4));
  report.note(
    `${set.prompts.length} prompts × ${set.arms.length} models, ${seeds} seeds, weights ${WEIGHTS.quality}, ${WEIGHTS.cost}, no budget. Regret per request; the yardsticks know each stage as it is. ± is 95 % over seeds.`,
  );
  const file = resolve(out);
  mkdirSync(dirname(file), { recursive: true });
  for (const scenario of SCENARIOS) {
    runScenario(report, set, scenario, seeds);
    // After each, so that a run that is cut short leaves what it found.
    writeFileSync(file, `${JSON.stringify(report.figures, null, 2)}\n`);
  }
}

await new Command('bench-regression')
  .description('Regret of every policy in worlds that change: prices, quality, outages, a newcomer, seasons.')
  .option('--out <file>', 'the figures', join(projectRoot(), 'bench/out/regression.json'))
  .option('--seeds <n>', 'orders of the prompts', count, 10)
  .action(main)
  .parseAsync();
