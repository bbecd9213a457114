import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFamily } from '../../../src/core/complexity/fit/source-family.js';
import { QUALITY_ONLY, type PolicyVariant } from '../bench-policy.js';
import { measure, type BenchContext, type Cell, type Measured } from '../measure.js';
import { phaseRange, type Phase } from '../phases.js';
import { meanOf } from '../statistics.js';
import { paretoSet } from './pareto-sets.js';

/** One setting changed at a time, in both directions where there are two. */
const changes = (policy: PolicyVariant): PolicyVariant[] => {
  const changed = (name: string, linear: object, rest: object = {}): PolicyVariant => ({
    name,
    bandit: { ...policy.bandit, ...rest, linear: { ...(policy.bandit['linear'] as object), ...linear } },
  });
  const exploration = policy.bandit['exploration'] as object | undefined;
  return [
    { ...policy, name: AS_SHIPPED },
    changed('scale 0.5, 0.5', { thompsonScale: { intercept: 0.5, slopes: 0.5 } }),
    changed('scale 1, 0.2', { thompsonScale: { intercept: 1, slopes: 0.2 } }),
    changed('scale 0.5, 0.1', { thompsonScale: { intercept: 0.5, slopes: 0.1 } }),
    changed('slopes not shared', { sharedSlopeOutcomes: 0 }),
    changed('slopes shared by 200', { sharedSlopeOutcomes: 200 }),
    changed('slopes shared by 1000', { sharedSlopeOutcomes: 1_000 }),
    changed('shared by 200, 32 words', { sharedSlopeOutcomes: 200, hashedWords: 32 }),
    changed('slope precision fixed', { slopePrecisions: [] }),
    changed('32 hashed words', { hashedWords: 32 }),
    changed('20 pulls for newcomers', {}, { exploration: { ...exploration, newcomerPulls: 20 } }),
  ];
};

const AS_SHIPPED = 'as shipped';
/** Eleven variants on four streams: a fifth of the other sections' seeds says enough, as variants share their orders. */
const SEEDS_MOST = 5;
const BUDGET_USD = 3e-4;

/** Rewards of one variant on one family, as sums over prompts of all streams. */
interface Tally {
  reward: number;
  prompts: number;
}

type Tallies = ReadonlyMap<string, Tally>;

/**
 * Chooses settings as if a family of data sets had not been there, by the rewards on the others' prompts in the first
 * half of each run, and says what the choice earns on the family that was left out, in the second.
 */
export async function familiesSection(context: BenchContext): Promise<void> {
  const { report, policy } = context;
  const seeds = Math.min(context.seeds, SEEDS_MOST);
  report.heading(`Settings chosen without one family of data sets, ${policy.name}: ${seeds} seeds`);
  const variants = changes(policy);
  const cells = streams(context).filter(({ set }) => existsSync(set.folder));
  const measured = await measure(
    { ...context, seeds },
    variants.flatMap((variant) => cells.map((cell) => ({ ...cell, variant }))),
  );
  const tallies = (phase: Phase): Tallies[] =>
    variants.map((_, v) => tally(measured.slice(v * cells.length, (v + 1) * cells.length), phase));
  const [learn, test] = [tallies('learn'), tallies('test')];
  const families = [...test[0]!.keys()].sort();
  const best = (by: readonly Tallies[], those: readonly string[]): number =>
    by.reduce((found, each, v) => (meanReward(each, those) > meanReward(by[found]!, those) ? v : found), 0);

  const losses: number[] = [];
  const rows = families.map((family) => {
    const others = families.filter((other) => other !== family);
    const chosen = best(learn, others);
    const hindsight = best(test, [family]);
    const [shipped, without, most] = [0, chosen, hindsight].map((v) => meanReward(test[v]!, [family]));
    losses.push(without! - shipped!);
    report.figure(`families.${family}.shipped`, shipped!);
    report.figure(`families.${family}.chosen`, without!);
    return [
      family,
      (test[0]!.get(family)!.prompts / seeds).toFixed(0),
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
    ['setting', 'reward, first half', 'second half'],
    variants.map(({ name }, v) => [
      name,
      ...[learn, test].map((by) => meanReward(by[v]!, families).toFixed(4)),
    ]),
  );
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function meanReward(tallies: Tallies, families: readonly string[]): number {
  const sums = families.map((family) => tallies.get(family)!);
  return total(sums.map(({ reward }) => reward)) / total(sums.map(({ prompts }) => prompts));
}

/** Sums by family over one phase of some cells' runs. */
function tally(cells: readonly Measured[], phase: Phase): Tallies {
  const sums = new Map<string, Tally>();
  for (const { yard, runs } of cells) {
    const { prompts, arms } = yard.set;
    for (const { order, choice } of runs) {
      const { from, to } = phaseRange(phase, order.length);
      for (let step = from; step < to; step++) {
        const prompt = order[step]!;
        const family = sourceFamily(prompts[prompt]!.dataset);
        let sum = sums.get(family);
        if (sum === undefined) sums.set(family, (sum = { reward: 0, prompts: 0 }));
        sum.reward += yard.values[prompt * arms.length + choice[step]!]!;
        sum.prompts += 1;
      }
    }
  }
  return sums;
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
