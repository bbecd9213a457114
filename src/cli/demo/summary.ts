import {
  fixedModel,
  meansOf,
  oracle,
  oracleAt,
  shuffledControl,
  uniformChoice,
  type Choice,
  type Means,
} from './baselines.js';
import type { ReplayData } from './replay-data.js';
import type { RunResult } from './run.js';
import { table } from './table.js';

const RATE_DIGITS = 4;
const quality = (value: number): string => value.toFixed(RATE_DIGITS);
const cost = (usd: number): string => usd.toExponential(2);

const outcomeOf = ({ prompt, model }: Choice) => prompt.outcomes.get(model)!;

/** What the choices earned. */
export const earned = (choices: readonly Choice[]): Means => meansOf(choices.map(outcomeOf));

/** Both halves of a run: the first learns, the second shows what was learned. */
export function halves<T>(rows: readonly T[]): readonly [readonly T[], readonly T[]] {
  const middle = Math.floor(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

/** Sextant beside every baseline, on each half of the same prompts. */
export function comparisonTable(data: ReplayData, { choices }: RunResult, budgetUsd: number): string {
  const [first, second] = halves(choices);
  const row = (name: string, of: (half: readonly Choice[]) => Means): string[] => {
    const [a, b] = [of(first), of(second)];
    return [name, quality(a.quality), cost(a.costUsd), quality(b.quality), cost(b.costUsd)];
  };
  const promptsOf = (half: readonly Choice[]) => half.map(({ prompt }) => prompt);
  return table(
    ['', 'quality, 1st half', 'USD', 'quality, 2nd half', 'USD'],
    [
      row('Sextant', earned),
      row('shuffled control (same mix, dealt at random)', (half) => shuffledControl(half, data.models)),
      ...data.models.map((model) => row(`always ${model}`, (half) => fixedModel(promptsOf(half), model))),
      row('uniformly random', (half) => uniformChoice(promptsOf(half), data.models)),
      row('oracle at the same cost', (half) =>
        oracleAt(promptsOf(half), Math.max(earned(half).costUsd, budgetUsd / 100)),
      ),
      row('oracle, whatever it costs', (half) => oracle(promptsOf(half))),
    ],
  );
}

/** How the choices spread over the models, per half. */
export function shareTable(data: ReplayData, { choices }: RunResult): string {
  const [first, second] = halves(choices);
  const share = (half: readonly Choice[], model: string): string =>
    `${((100 * half.filter((choice) => choice.model === model).length) / half.length).toFixed(1)} %`;
  return table(
    ['model', 'share, 1st half', 'share, 2nd half'],
    data.models.map((model) => [model, share(first, model), share(second, model)]),
  );
}

/** What the server believes, per complexity level and model: its segments' beliefs, weighted by what is behind them. */
export function posteriorTable({ posteriors: { posteriors } }: RunResult): string {
  const rows = new Map<
    string,
    { level: string; model: string; n: number; alpha: number; beta: number; costSum: number }
  >();
  for (const { segment, model, quality: belief, meanCostNanoUsd } of posteriors) {
    const level = segment.split('/').at(-1)!;
    const row = rows.get(`${level} ${model}`) ?? { level, model, n: 0, alpha: 0, beta: 0, costSum: 0 };
    const n = belief?.observations ?? 0;
    row.n += n;
    row.alpha += n * (belief?.mean ?? 0);
    row.beta += n * (1 - (belief?.mean ?? 0));
    row.costSum += n * (meanCostNanoUsd ?? 0);
    rows.set(`${level} ${model}`, row);
  }
  const order = ['low', 'medium', 'high'];
  const sorted = [...rows.values()].sort(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level) || (a.model < b.model ? -1 : 1),
  );
  return table(
    ['level', 'model', 'outcomes', 'quality', '± sd', 'mean cost, USD'],
    sorted.map(({ level, model, n, alpha, beta, costSum }) => {
      const mean = alpha / (alpha + beta);
      const sd = Math.sqrt((mean * (1 - mean)) / (alpha + beta + 1));
      return [level, model, n.toFixed(0), quality(mean), sd.toFixed(3), cost(costSum / n / 1e9)];
    }),
  );
}

/** Estimated against real cost of the second half, per model and overall: what Select said before each call. */
export function costTable(data: ReplayData, { choices, estimates }: RunResult): string {
  const [, second] = halves(
    choices.map((choice, i) => ({ model: choice.model, real: outcomeOf(choice).costUsd, ...estimates[i]! })),
  );
  type Pair = (typeof second)[number];
  const row = (name: string, pairs: readonly Pair[]): string[] => {
    if (pairs.length === 0) return [name, '0', '–', '–', '–', '–', '–'];
    const sum = (read: (pair: Pair) => number): number =>
      pairs.reduce((total, pair) => total + read(pair), 0);
    const errors = pairs.map(({ real, median }) => Math.abs(median / real - 1)).sort((a, b) => a - b);
    const inside = pairs.filter(({ real, low, high }) => real >= low && real <= high).length;
    return [
      name,
      String(pairs.length),
      cost(sum(({ mean }) => mean) / pairs.length),
      cost(sum(({ real }) => real) / pairs.length),
      (sum(({ mean }) => mean) / sum(({ real }) => real)).toFixed(2),
      `${(100 * errors[Math.floor(errors.length / 2)]!).toFixed(0)} %`,
      `${((100 * inside) / pairs.length).toFixed(0)} %`,
    ];
  };
  return table(
    ['model', 'calls', 'estimated, USD', 'real, USD', 'ratio', 'median error', 'in 80 % interval'],
    [
      ...data.models.map((model) =>
        row(
          model,
          second.filter((pair) => pair.model === model),
        ),
      ),
      row('all', second),
    ],
  );
}
