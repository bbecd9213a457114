import type { PolicyVariant, QualityCostWeights } from '../bench-policy.js';
import { benchSet, type BenchSetSpec } from '../bench-set.js';
import { hullGain } from '../hull-gain.js';
import { meanOver, measure, over, type BenchContext, type Cell } from '../measure.js';
import { yardstick } from '../phase-score.js';
import { percent, usd, withInterval } from '../report.js';

export interface AnySetOptions {
  readonly set: BenchSetSpec;
  readonly policies: readonly PolicyVariant[];
  readonly weights: QualityCostWeights;
  /** Empty: no budget, the weights alone. */
  readonly budgetsUsd: readonly number[];
}

/** Replays any folder of the format: every policy at every budget, under the weights. */
export async function anySetSection(context: BenchContext, options: AnySetOptions): Promise<void> {
  const { set: spec, policies, weights } = options;
  const { report, seeds } = context;
  const set = benchSet(spec);
  const budgetsUsd: readonly (number | undefined)[] =
    options.budgetsUsd.length > 0 ? options.budgetsUsd : [undefined];
  if (set.costUsd === undefined && options.budgetsUsd.length > 0) {
    throw new RangeError(`${set.name} has no costs: there is nothing to budget`);
  }
  report.heading(
    `${set.name}: ${set.prompts.length} prompts × ${set.arms.length} arms, weights ${weights.quality}/${weights.cost}, ${seeds} seeds`,
  );
  const cells = policies.flatMap((variant) =>
    budgetsUsd.map((budgetUsd): Cell => ({
      data: set.name,
      set: spec,
      variant,
      weights,
      ...(budgetUsd !== undefined && { budgetUsd }),
    })),
  );
  const measured = await measure(context, cells);
  const rows = measured.map(({ cell, scores, yard, runs }) => {
    const { budgetUsd, variant } = cell;
    const cost = meanOver(scores.test, ({ costUsd }) => costUsd);
    const gain = hullGain(yard, runs, budgetUsd !== undefined);
    const name = budgetUsd === undefined ? variant.name : `${variant.name}.${usd(budgetUsd)}`;
    report.figure(
      `${set.name}.${name}.reward`,
      meanOver(scores.test, ({ reward }) => reward),
    );
    report.figure(`${set.name}.${name}.cost`, cost);
    return [
      variant.name,
      budgetUsd === undefined ? '–' : usd(budgetUsd),
      withInterval(over(scores.test, ({ reward }) => reward)),
      withInterval(over(scores.last_quarter, ({ reward }) => reward)),
      budgetUsd === undefined ? cost.toExponential(2) : `${(cost / budgetUsd).toFixed(3)} × budget`,
      percent(meanOver(scores.test, ({ pacedShare }) => pacedShare)),
      meanOver(scores.test, ({ hull }) => hull).toFixed(4),
      meanOver(scores.test, ({ oracle }) => oracle).toFixed(4),
      `${percent(gain.gain)} [${percent(gain.low)}, ${percent(gain.high)}]`,
      meanOver(scores.test, ({ bestFixed }) => bestFixed).toFixed(4),
      meanOver(scores.test, ({ shuffled }) => shuffled).toFixed(4),
      meanOver(scores.test, ({ shuffledCostUsd }) => shuffledCostUsd).toExponential(2),
    ];
  });
  report.table(
    [
      'policy',
      'budget',
      'reward, test half',
      'last quarter',
      'cost',
      'λ > 0',
      'hull',
      'oracle',
      'hull gain',
      'best fixed',
      'shuffled',
      'its cost',
    ],
    rows,
  );
  if (set.costUsd === undefined) return;
  const { frontier } = yardstick(set, weights);
  const once = new Float64Array(set.prompts.length).fill(1);
  report.panels.push({
    title: `${set.name}: mean reward in the test phase`,
    hull: (budgetUsd) => frontier.hull(once, budgetUsd),
    oracle: (budgetUsd) => frontier.oracle(once, budgetUsd),
    points: measured.map(({ cell, scores }) => ({
      policy: cell.variant.name,
      costUsd: meanOver(scores.test, ({ costUsd }) => costUsd),
      reward: meanOver(scores.test, ({ reward }) => reward),
    })),
  });
}
