import { QUALITY_ONLY } from '../bench-policy.js';
import { benchSet, type BenchSetSpec } from '../bench-set.js';
import { seedsOf, type BenchContext } from '../measure.js';
import type { StepRange } from '../phases.js';
import type { Run } from '../replay.js';
import type { Stage } from '../stage.js';
import { meanOf } from '../statistics.js';

/** A changing world at one budget, over all seeds. */
export interface ShiftRuns {
  readonly budgetUsd: number;
  readonly arms: readonly string[];
  readonly runs: readonly Run[];
}

/** Replays one shift at every budget of the shifts. */
export async function shiftRuns(
  { shiftBudgetsUsd, seeds, firstSeed, policy, runner }: BenchContext,
  set: BenchSetSpec,
  stages: readonly Stage[],
): Promise<ShiftRuns[]> {
  const jobs = shiftBudgetsUsd.flatMap((budgetUsd) =>
    seedsOf({ seeds, firstSeed }).map((seed) => ({
      set,
      variant: policy,
      weights: QUALITY_ONLY,
      budgetUsd,
      seed,
      stages,
    })),
  );
  const runs = await runner.run(jobs);
  const { arms } = benchSet(set);
  return shiftBudgetsUsd.map((budgetUsd, i) => ({
    budgetUsd,
    arms,
    runs: runs.slice(i * seeds, (i + 1) * seeds),
  }));
}

const overSteps = (
  runs: readonly Run[],
  { from, to }: StepRange,
  read: (run: Run, step: number) => number,
): number =>
  meanOf(
    runs.map((run) => {
      let sum = 0;
      for (let step = from; step < to; step++) sum += read(run, step);
      return sum / (to - from);
    }),
  );

export const qualityIn = ({ runs }: ShiftRuns, range: StepRange): number =>
  overSteps(runs, range, (run, step) => run.quality[step]!);

export const costRatioIn = ({ runs, budgetUsd }: ShiftRuns, range: StepRange): number =>
  overSteps(runs, range, (run, step) => run.costUsd[step]! / budgetUsd);

export const pacedShareIn = ({ runs }: ShiftRuns, range: StepRange): number =>
  overSteps(runs, range, (run, step) => run.paced[step]!);

/** Share of requests that an arm got. */
export function shareIn({ runs, arms }: ShiftRuns, arm: string, range: StepRange): number {
  const k = arms.indexOf(arm);
  return overSteps(runs, range, (run, step) => (run.choice[step] === k ? 1 : 0));
}
