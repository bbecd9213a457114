import { FEASIBILITIES, type Feasibility } from '../../src/core/evaluation/budget-report.js';
import { estimateOf } from '../../src/core/evaluation/reward-report.js';
import { evaluateLog } from '../../src/runtime/evaluation/evaluate-log.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { namedVariant } from '../quality/bench-policy.js';
import { benchSet } from '../quality/bench-set.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import { usd } from '../quality/report.js';
import { paretoSet } from '../quality/sections/pareto-sets.js';
import { logSeeds } from './log-seeds.js';
import { loggedRun, readPrompts, type ReadPrompt } from './logged-run.js';
import type { EvaluationContext } from './section.js';
import { LOGGERS } from './steady.js';
import { standing, standingPolicy } from './targets.js';

const BUDGETS_USD = [3e-4, 6.6e-4, 1.9e-3];
const REPETITIONS_MOST = 10;
const LOGGER = LOGGERS[0]!;
const EVERYTHING = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

interface Paced {
  readonly estimated: number;
  readonly real: number;
  readonly feasible: Feasibility;
}

/** Whether a candidate keeps to its budget: by its replay on another's log, beside runs of its own. */
export async function budgetSection(context: EvaluationContext): Promise<void> {
  const { report, seed: runSeed, steps } = context;
  const repetitions = Math.min(context.repetitions, REPETITIONS_MOST);
  const set = benchSet(paretoSet(context, 4));
  report.heading(
    `Budgets on own money: ${LOGGER.name} → linear and uniform, ${repetitions} logs of ${steps} decisions`,
  );
  const logging = standingPolicy(set, LOGGER);
  const prompts = readPrompts(set, logging);
  const rows: string[][] = [];
  for (const name of ['linear', 'uniform']) {
    for (const budgetUsd of BUDGETS_USD) {
      const target = standingPolicy(set, namedVariant(name), budgetUsd);
      const paced: Paced[] = [];
      for (const seed of logSeeds(runSeed, repetitions)) {
        const store = await loggedRun(set, { policy: logging, prompts, steps, seed });
        const { budgets } = await evaluateLog(store, standing(target), { filter: EVERYTHING });
        const { costUsd, feasible } = budgets[0]!;
        paced.push({
          estimated: estimateOf(costUsd, 'dr')!.value / budgetUsd,
          real: (await ownCost(set, { target, prompts, steps, seed })) / budgetUsd,
          feasible,
        });
      }
      const key = `budget.${name}.${usd(budgetUsd)}`;
      const mean = (read: (each: Paced) => number): number =>
        paced.reduce((sum, each) => sum + read(each), 0) / paced.length;
      report.figure(
        `${key}.estimated`,
        mean(({ estimated }) => estimated),
      );
      report.figure(
        `${key}.real`,
        mean(({ real }) => real),
      );
      for (const word of FEASIBILITIES)
        report.figure(
          `${key}.${word}`,
          mean(({ feasible }) => Number(feasible === word)),
        );
      rows.push([
        `${name}, ${usd(budgetUsd)}`,
        mean(({ estimated }) => estimated).toFixed(3),
        mean(({ real }) => real).toFixed(3),
        FEASIBILITIES.map((word) => paced.filter(({ feasible }) => feasible === word).length).join(', '),
      ]);
    }
  }
  report.table(
    ['policy, budget', 'cost ÷ budget, estimated', 'in runs of its own', FEASIBILITIES.join(', ')],
    rows,
  );
}

/** What the policy spends a request where it decides itself, on the same prompts. */
async function ownCost(
  set: OutcomeSet,
  run: {
    readonly target: Policy;
    readonly prompts: readonly ReadPrompt[];
    readonly steps: number;
    readonly seed: number;
  },
): Promise<number> {
  const store = await loggedRun(set, { ...run, policy: run.target });
  let nanoUsd = 0;
  for await (const { outcomes } of store.outcomes.read(0))
    for (const { execution } of outcomes) nanoUsd += execution?.costNanoUsd ?? 0;
  return nanoUsd / 1e9 / run.steps;
}
