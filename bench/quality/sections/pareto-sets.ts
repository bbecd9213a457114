import { join } from 'node:path';
import { QUALITY_ONLY } from '../bench-policy.js';
import { benchSet, type BenchSetSpec } from '../bench-set.js';
import type { ChartPanel } from '../chart.js';
import type { BenchContext } from '../measure.js';
import { K3, K4 } from '../pareto-arms.js';
import { yardstick } from '../phase-score.js';

/** Three or four arms, on the prompts that all four answered. */
export const paretoSet = ({ dataFolder }: Pick<BenchContext, 'dataFolder'>, arms: 3 | 4): BenchSetSpec => ({
  folder: join(dataFolder, 'paretobandit'),
  arms: arms === 3 ? K3 : K4,
  completeFor: K4,
});

/** The chart of one number of arms, made on first use. */
export function paretoPanel(context: BenchContext, arms: 3 | 4): ChartPanel {
  const title = `paretobandit, K = ${arms}: mean quality in the test phase`;
  const { panels } = context.report;
  const found = panels.find((panel) => panel.title === title);
  if (found !== undefined) return found;
  const set = benchSet(paretoSet(context, arms));
  const { frontier } = yardstick(set, QUALITY_ONLY);
  const weights = new Float64Array(set.prompts.length).fill(1);
  const panel: ChartPanel = {
    title,
    hull: (budgetUsd) => frontier.hull(weights, budgetUsd),
    oracle: (budgetUsd) => frontier.oracle(weights, budgetUsd),
    points: [],
  };
  panels.push(panel);
  return panel;
}
