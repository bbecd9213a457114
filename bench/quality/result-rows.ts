import type { QualityCostWeights } from './bench-policy.js';
import { csvLine } from './csv.js';
import type { PhaseScore } from './phase-score.js';
import type { Phase } from './phases.js';

export const RESULT_COLUMNS = [
  'data',
  'arms',
  'policy',
  'weights',
  'budget',
  'seed',
  'phase',
  'reward',
  'cost',
  'hull',
  'oracle',
  'best_fixed',
  'shuffled',
] as const;

/** One policy, seed and phase. */
export interface ResultRow {
  readonly data: string;
  readonly arms: readonly string[];
  readonly policy: string;
  readonly weights: QualityCostWeights;
  readonly budgetUsd?: number;
  readonly seed: number;
  readonly phase: Phase;
  readonly score: PhaseScore;
}

const figure = (value: number): string => String(Number(value.toPrecision(10)));

/**
 * The rows as a file: rewards are mean utilities, costs US dollars per request (0 on sets without costs), the
 * budget empty where there is none; arms and weights are joined by bars and slashes, so that no field needs quotes.
 */
export function resultsCsv(rows: readonly ResultRow[]): string {
  const lines = rows.map(({ data, arms, policy, weights, budgetUsd, seed, phase, score }) =>
    csvLine([
      data,
      arms.join('|'),
      policy,
      `${weights.quality}/${weights.cost}`,
      budgetUsd ?? '',
      seed,
      phase,
      ...[score.reward, score.costUsd, score.hull, score.oracle, score.bestFixed, score.shuffled].map(figure),
    ]),
  );
  return `${[RESULT_COLUMNS.join(','), ...lines].join('\n')}\n`;
}
