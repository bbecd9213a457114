import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { QUALITY_ONLY, type PolicyVariant } from '../bench-policy.js';
import { measure, type BenchContext, type Cell, type Measured } from '../measure.js';
import { meanOf } from '../statistics.js';
import { paretoSet } from './pareto-sets.js';

/** Data sets that share a source, so that leaving one out leaves its kin out; the rest stand alone. */
const FAMILIES: readonly (readonly [family: string, dataset: RegExp])[] = [
  ['grade-school maths', /gsm8k|mgsm/],
  ['arc', /arc/],
  ['openbook', /openbook/],
  ['winogrande', /winogr/],
  ['mmlu', /mmlu/],
  ['mbpp, human-eval', /mbpp|human_eval/],
  ['natural and trivia QA', /natural_qa|trivia_qa/],
  ['big-bench hard', /bbh/],
];

/** One setting changed at a time, in both directions where there are two. */
const changes = (policy: PolicyVariant): PolicyVariant[] => {
  const changed = (name: string, linear: object, rest: object = {}): PolicyVariant => ({
    name,
    bandit: { ...policy.bandit, ...rest, linear: { ...(policy.bandit['linear'] as object), ...linear } },
  });
  const exploration = { floor: 0.0005, newcomerShare: 0.5, newcomerPulls: 30 };
  return [
    { ...policy, name: AS_SHIPPED },
    changed('scale 0.5, 0.5', { thompsonScale: { intercept: 0.5, slopes: 0.5 } }),
    changed('scale 1, 0.2', { thompsonScale: { intercept: 1, slopes: 0.2 } }),
    changed('scale 0.5, 0.1', { thompsonScale: { intercept: 0.5, slopes: 0.1 } }),
    changed('slopes not shared', { sharedSlopeOutcomes: 0 }),
    changed('slopes shared by 200', { sharedSlopeOutcomes: 200 }),
    changed('slope precision fixed', { slopePrecisions: [] }),
    changed('32 hashed words', { hashedWords: 32 }),
    changed('20 pulls for newcomers', {}, { exploration: { ...exploration, newcomerPulls: 20 } }),
  ];
};

const AS_SHIPPED = 'as shipped';
/** Nine variants on four streams: a fifth of the other sections' seeds says enough, as variants share their orders. */
const SEEDS_MOST = 5;
const BUDGET_USD = 3e-4;

/** Rewards of one variant on one family, as sums over prompts of all streams. */
interface Tally {
  reward: number;
  prompts: number;
}

/**
 * Chooses settings as if a family of data sets had not been there, by the rewards on the others' prompts in the test
 * half, and says what the choice earns on the family that was left out.
 */
export async function familiesSection(context: BenchContext): Promise<void> {
  const { report, policy } = context;
  const seeds = Math.min(context.seeds, SEEDS_MOST);
  report.heading(
    `Settings chosen without one family of data sets, ${policy.name}: test half, ${seeds} seeds`,
  );
  const variants = changes(policy);
  const cells = streams(context).filter(({ set }) => existsSync(set.folder));
  const measured = await measure(
    { ...context, seeds },
    variants.flatMap((variant) => cells.map((cell) => ({ ...cell, variant }))),
  );
  const tallies = variants.map((_, v) => tally(measured.slice(v * cells.length, (v + 1) * cells.length)));
  const families = [...tallies[0]!.keys()].sort();
  const mean = (v: number, those: readonly string[]): number => {
    const sums = those.map((family) => tallies[v]!.get(family)!);
    const [reward, prompts] = [sums.map((sum) => sum.reward), sums.map((sum) => sum.prompts)].map(total);
    return reward! / prompts!;
  };
  const best = (those: readonly string[]): number =>
    variants.reduce((found, _, v) => (mean(v, those) > mean(found, those) ? v : found), 0);

  const losses: number[] = [];
  const rows = families.map((family) => {
    const chosen = best(families.filter((other) => other !== family));
    const hindsight = best([family]);
    const [shipped, without, most] = [0, chosen, hindsight].map((v) => mean(v, [family]));
    losses.push(without! - shipped!);
    report.figure(`families.${family}.shipped`, shipped!);
    report.figure(`families.${family}.chosen`, without!);
    return [
      family,
      String(tallies[0]!.get(family)!.prompts / seeds),
      variants[chosen]!.name,
      without!.toFixed(4),
      shipped!.toFixed(4),
      variants[hindsight]!.name,
      most!.toFixed(4),
    ];
  });
  const header = [
    'family left out',
    'prompts',
    'chosen without it',
    'earns on it',
    AS_SHIPPED,
    'best on it',
    'earns',
  ];
  report.table(header, rows);
  report.note(`chosen without a family less as shipped, mean over families: ${meanOf(losses).toFixed(4)}`);
  report.figure('families.chosen_less_shipped', meanOf(losses));
  report.table(
    ['setting', 'reward on all families'],
    variants.map(({ name }, v) => [name, mean(v, families).toFixed(4)]),
  );
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Sums by family over the test halves of some cells' runs. */
function tally(cells: readonly Measured[]): Map<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const { yard, runs } of cells) {
    const { prompts, arms } = yard.set;
    for (const { order, choice } of runs) {
      for (let step = Math.floor(order.length / 2); step < order.length; step++) {
        const prompt = order[step]!;
        const family = familyOf(prompts[prompt]!.dataset);
        let sum = sums.get(family);
        if (sum === undefined) sums.set(family, (sum = { reward: 0, prompts: 0 }));
        sum.reward += yard.values[prompt * arms.length + choice[step]!]!;
        sum.prompts += 1;
      }
    }
  }
  return sums;
}

function familyOf(dataset: string): string {
  const found = FAMILIES.find(([, pattern]) => pattern.test(dataset));
  return found?.[0] ?? dataset.slice(dataset.lastIndexOf('/') + 1);
}

const streams = (context: BenchContext): Omit<Cell, 'variant'>[] => [
  { data: 'llmrouter', set: { folder: join(context.dataFolder, 'llmrouter') }, weights: QUALITY_ONLY },
  {
    data: 'routerbench',
    set: { folder: join(context.dataFolder, 'routerbench') },
    weights: { quality: 0.7, cost: 0.3 },
  },
  { data: 'paretobandit:K3', set: paretoSet(context, 3), weights: QUALITY_ONLY, budgetUsd: BUDGET_USD },
  { data: 'paretobandit:K4', set: paretoSet(context, 4), weights: QUALITY_ONLY, budgetUsd: BUDGET_USD },
];
