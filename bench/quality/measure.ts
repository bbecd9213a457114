import { benchSet, type BenchSetSpec } from './bench-set.js';
import { benchPolicy, type PolicyVariant, type QualityCostWeights } from './bench-policy.js';
import { PHASES, type Phase } from './phases.js';
import { scorePhase, yardstick, type PhaseScore, type Yardstick } from './phase-score.js';
import type { Run } from './replay.js';
import type { Report } from './report.js';
import type { Job, JobRunner } from './run-jobs.js';
import { estimate, meanOf, type Estimate } from './statistics.js';

/** What every section gets. */
export interface BenchContext {
  readonly dataFolder: string;
  readonly seeds: number;
  /** Seeds count from here: another one makes other orders and draws. */
  readonly firstSeed: number;
  readonly budgetsUsd: readonly number[];
  readonly shiftBudgetsUsd: readonly number[];
  /** The policy that the floors are for. */
  readonly policy: PolicyVariant;
  readonly runner: JobRunner;
  readonly report: Report;
}

/** One line of a table: a policy on a set, over all seeds. */
export interface Cell {
  /** Name of the set in the rows. */
  readonly data: string;
  readonly set: BenchSetSpec;
  readonly variant: PolicyVariant;
  readonly weights: QualityCostWeights;
  readonly budgetUsd?: number;
  /** The budget is a yardstick alone: the policy is not told of it. */
  readonly unpaced?: boolean;
  readonly permuteFeatures?: boolean;
}

export interface Measured {
  readonly cell: Cell;
  readonly yard: Yardstick;
  readonly runs: readonly Run[];
  /** By seed. */
  readonly scores: Readonly<Record<Phase, readonly PhaseScore[]>>;
}

export const seedsOf = ({ seeds, firstSeed }: Pick<BenchContext, 'seeds' | 'firstSeed'>): number[] =>
  Array.from({ length: seeds }, (_, i) => firstSeed + i);

/** Replays every cell over all seeds, scores every phase, and keeps the rows. */
export async function measure(context: BenchContext, cells: readonly Cell[]): Promise<readonly Measured[]> {
  const seeds = seedsOf(context);
  const runs = await replayed(
    context,
    cells.flatMap((cell) => seeds.map((seed) => jobOf(cell, seed))),
  );
  const yards = new Map<string, Yardstick>();
  return cells.map((cell, c) => {
    const key = JSON.stringify([cell.set, cell.weights]);
    const yard = yards.get(key) ?? yardstick(benchSet(cell.set), cell.weights);
    yards.set(key, yard);
    const ofCell = runs.slice(c * seeds.length, (c + 1) * seeds.length);
    const budgeted = cell.budgetUsd !== undefined;
    const scores = Object.fromEntries(
      PHASES.map((phase) => [phase, ofCell.map((run) => scorePhase(yard, run, phase, { budgeted }))]),
    ) as unknown as Measured['scores'];
    const measured: Measured = { cell, yard, runs: ofCell, scores };
    keepRows(context, measured);
    return measured;
  });
}

/** Runs of the policy under test, which several sections ask for; by job. */
const kept = new WeakMap<JobRunner, Map<string, Run>>();

async function replayed(context: BenchContext, jobs: readonly Job[]): Promise<readonly Run[]> {
  const known = kept.get(context.runner) ?? new Map<string, Run>();
  kept.set(context.runner, known);
  const keys = jobs.map((job) => JSON.stringify(job));
  const missing = jobs.filter((_, i) => !known.has(keys[i]!));
  const made = await context.runner.run(missing);
  const runs = new Map(missing.map((job, i) => [JSON.stringify(job), made[i]!]));
  for (const job of missing) {
    const key = JSON.stringify(job);
    if (job.variant === context.policy) known.set(key, runs.get(key)!);
  }
  return keys.map((key) => known.get(key) ?? runs.get(key)!);
}

/** Whether the product would load a variant; the reason where not. */
export function variantFault(variant: PolicyVariant): string | undefined {
  try {
    benchPolicy({ variant, weights: { quality: 1, cost: 0 } });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const over = (scores: readonly PhaseScore[], read: (score: PhaseScore) => number): Estimate =>
  estimate(scores.map(read));

export const meanOver = (scores: readonly PhaseScore[], read: (score: PhaseScore) => number): number =>
  meanOf(scores.map(read));

function jobOf({ set, variant, weights, budgetUsd, unpaced, permuteFeatures }: Cell, seed: number): Job {
  return {
    set,
    variant,
    weights,
    seed,
    ...(budgetUsd !== undefined && !unpaced && { budgetUsd }),
    ...(permuteFeatures && { permuteFeatures }),
  };
}

function keepRows({ report, firstSeed }: BenchContext, { cell, yard, scores }: Measured): void {
  const { data, variant, weights, budgetUsd } = cell;
  for (const phase of PHASES) {
    scores[phase].forEach((score, i) =>
      report.row({
        data,
        arms: yard.set.arms,
        policy: variant.name,
        weights,
        ...(budgetUsd !== undefined && { budgetUsd }),
        seed: firstSeed + i,
        phase,
        score,
      }),
    );
  }
}
