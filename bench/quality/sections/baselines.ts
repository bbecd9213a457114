import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { knownPolicies, namedVariant, QUALITY_ONLY, type PolicyVariant } from '../bench-policy.js';
import {
  meanOver,
  measure,
  over,
  variantFault,
  type BenchContext,
  type Cell,
  type Measured,
} from '../measure.js';
import { usd, withInterval } from '../report.js';
import { paretoPanel, paretoSet } from './pareto-sets.js';

/** A policy, or ours without one of its parts. */
interface Line {
  readonly variant: PolicyVariant;
  readonly unpaced?: boolean;
}

/** As good as for ever, and as good as nothing: the schema's bounds. */
const LONGEST_HALF_LIFE_HOURS = 87_600;
const LEAST_POOLING = 1e-6;
/** The larger sets tell policies apart with fewer permutations, and take most of the time. */
const SEEDS_OF_LARGE_SETS_MOST = 5;

/** Every policy that the product knows beside ours, and ours with one part taken away. */
export async function baselinesSection(context: BenchContext): Promise<void> {
  const lines = linesOf(context);
  for (const budgetUsd of context.shiftBudgetsUsd) {
    const data = 'paretobandit';
    const cells = lines.map(({ variant, unpaced }): Cell => ({
      data,
      set: paretoSet(context, 3),
      variant,
      weights: QUALITY_ONLY,
      budgetUsd,
      ...(unpaced && { unpaced }),
    }));
    const measured = await compare(context, `paretobandit, K = 3 at ${usd(budgetUsd)} USD: test half`, cells);
    const { points } = paretoPanel(context, 3);
    for (const { cell, scores } of measured) {
      if (cell.variant.name === context.policy.name) continue;
      points.push({
        policy: cell.variant.name,
        costUsd: meanOver(scores.test, ({ costUsd }) => costUsd),
        reward: meanOver(scores.test, ({ reward }) => reward),
      });
    }
  }
  const paced = lines.filter(({ unpaced }) => !unpaced);
  for (const { set, weights, title } of [
    { set: 'llmrouter', weights: QUALITY_ONLY, title: 'llmrouter, quality only, dataset as use case' },
    { set: 'routerbench', weights: { quality: 0.7, cost: 0.3 }, title: 'routerbench, utility at (0.7, 0.3)' },
  ]) {
    const folder = join(context.dataFolder, set);
    if (!existsSync(folder)) continue;
    const spec = set === 'llmrouter' ? { folder, useCase: 'dataset' as const } : { folder };
    const data = set === 'llmrouter' ? 'llmrouter:dataset' : set;
    const cells = paced.map(({ variant }): Cell => ({ data, set: spec, variant, weights }));
    const seeds = Math.min(context.seeds, SEEDS_OF_LARGE_SETS_MOST);
    await compare({ ...context, seeds }, `${title}: test half`, cells);
  }
}

/** Only what the product would load; the others are named with the reason. */
function linesOf({ policy, report }: BenchContext): Line[] {
  const without = (part: string, bandit: PolicyVariant['bandit']): Line => ({
    variant: { name: `${policy.name} without ${part}`, bandit: { ...policy.bandit, ...bandit } },
  });
  const forEver = Object.fromEntries(
    ['quality', 'success', 'tokens', 'latency', 'cost'].map((group) => [group, LONGEST_HALF_LIFE_HOURS]),
  );
  const lines: Line[] = [
    { variant: policy },
    ...knownPolicies()
      .filter((name) => name !== policy.name)
      .map((name) => ({ variant: namedVariant(name) })),
    without('context', { policy: 'beta', segmentBy: [] }),
    without('pooling', {
      poolingStrength: LEAST_POOLING,
      linear: {
        ...(policy.bandit['linear'] as object | undefined),
        poolingStrength: LEAST_POOLING,
        poolingStrengths: [],
      },
    }),
    without('decay', { halfLifeHours: forEver }),
    { ...without('pacing', {}), unpaced: true },
  ];
  return lines.filter(({ variant }) => {
    const fault = variantFault(variant);
    if (fault !== undefined) report.note(`skipped: ${variant.name}: ${fault}`);
    return fault === undefined;
  });
}

async function compare(
  context: BenchContext,
  title: string,
  cells: readonly Cell[],
): Promise<readonly Measured[]> {
  const { report, seeds } = context;
  report.heading(`${title}, ${seeds} seeds`);
  const measured = await measure(context, cells);
  const rows = measured.map(({ cell, scores }) => {
    const { budgetUsd, variant, data } = cell;
    const reward = over(scores.test, (score) => score.reward);
    const cost = meanOver(scores.test, ({ costUsd }) => costUsd);
    report.figure(
      `baselines.${data}.${budgetUsd === undefined ? '' : `${usd(budgetUsd)}.`}${variant.name}`,
      reward.mean,
    );
    return [
      variant.name,
      withInterval(reward),
      budgetUsd === undefined ? cost.toExponential(2) : (cost / budgetUsd).toFixed(3),
      withInterval(over(scores.test, (score) => score.bestFixed - score.reward)),
      withInterval(over(scores.test, (score) => score.hull - score.reward)),
      withInterval(over(scores.test, (score) => score.oracle - score.reward)),
      meanOver(scores.test, (score) => score.shuffled).toFixed(4),
    ];
  });
  const cost = cells[0]?.budgetUsd === undefined ? 'cost, USD' : 'cost ÷ budget';
  report.table(
    ['policy', 'reward', cost, 'regret: best fixed', 'regret: hull', 'regret: oracle', 'shuffled'],
    rows,
  );
  return measured;
}
