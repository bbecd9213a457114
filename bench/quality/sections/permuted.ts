import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PLAIN_BETA, QUALITY_ONLY, type QualityCostWeights } from '../bench-policy.js';
import type { BenchSetSpec } from '../bench-set.js';
import { PERMUTED_LOSS } from '../floors.js';
import { measure, type BenchContext, type Cell } from '../measure.js';
import { usd, withInterval } from '../report.js';
import { estimate } from '../statistics.js';
import { paretoSet } from './pareto-sets.js';

interface Control {
  readonly name: string;
  readonly set: BenchSetSpec;
  readonly weights: QualityCostWeights;
  readonly budgetUsd?: number;
}

/** Features that say nothing must not cost more than they can: every prompt is shown as another one. */
export async function permutedSection(context: BenchContext): Promise<void> {
  const { report, policy, seeds, dataFolder } = context;
  report.heading(
    `Features permuted across prompts, ${policy.name} against ${PLAIN_BETA.name}: ${seeds} seeds`,
  );
  const lines = controls(context).filter(({ set }) => existsSync(set.folder));
  const missing = ['llmrouter', 'routerbench', 'paretobandit'].filter(
    (set) => !existsSync(join(dataFolder, set)),
  );
  if (missing.length > 0) report.note(`skipped, not there: ${missing.join(', ')} (docs/data.md)`);
  const cellsOf = ({ name, ...rest }: Control): Cell[] =>
    [policy, PLAIN_BETA].map((variant) => ({
      data: `${name}:permuted`,
      ...rest,
      variant,
      permuteFeatures: true,
    }));
  const measured = await measure(context, lines.flatMap(cellsOf));
  const rows = lines.map(({ name, budgetUsd }, i) => {
    const [ours, plain] = [measured[2 * i]!, measured[2 * i + 1]!];
    const rewards = (one: typeof ours): number[] => one.scores.all.map(({ reward }) => reward);
    const differences = rewards(ours).map((reward, seed) => reward - rewards(plain)[seed]!);
    const difference = estimate(differences);
    const label = budgetUsd === undefined ? name : `${name} at ${usd(budgetUsd)}`;
    report.figure(`permuted.${label}`, difference.mean);
    return [
      label,
      withInterval(estimate(rewards(ours))),
      withInterval(estimate(rewards(plain))),
      withInterval(difference),
      `≥ −${PERMUTED_LOSS}`,
      report.check(`permuted.${label}`, difference.mean >= -PERMUTED_LOSS),
    ];
  });
  report.table(['set, all requests', policy.name, PLAIN_BETA.name, 'difference', 'floor', ''], rows);
}

const weights = { quality: 0.7, cost: 0.3 };

const controls = (context: BenchContext): Control[] => [
  { name: 'llmrouter', set: { folder: join(context.dataFolder, 'llmrouter') }, weights: QUALITY_ONLY },
  { name: 'routerbench', set: { folder: join(context.dataFolder, 'routerbench') }, weights },
  { name: 'paretobandit', set: paretoSet(context, 3), weights },
  { name: 'paretobandit', set: paretoSet(context, 3), weights: QUALITY_ONLY, budgetUsd: 3e-4 },
];
