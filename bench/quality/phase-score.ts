import type { QualityCostWeights } from './bench-policy.js';
import { Frontier } from './frontier.js';
import type { OutcomeSet } from './outcome-set.js';
import { phaseRange, type Phase, type StepRange } from './phases.js';
import type { Run } from './replay.js';
import { utilities } from './utility.js';

/** A set as scored: utilities under some weights, and what could be had. */
export interface Yardstick {
  readonly set: OutcomeSet;
  readonly values: Float64Array;
  readonly frontier: Frontier;
}

export function yardstick(set: OutcomeSet, weights: QualityCostWeights): Yardstick {
  const values = utilities(set, weights);
  const frontier = new Frontier({ values, costUsd: set.costUsd, armCount: set.arms.length });
  return { set, values, frontier };
}

/** Means over one phase of one run. */
export interface PhaseScore {
  /** Mean utility; mean quality where only quality counts. */
  readonly reward: number;
  readonly costUsd: number;
  /** At the realised cost where there is a budget, else unbounded. */
  readonly hull: number;
  readonly oracle: number;
  /** The best fixed arm in hindsight, whatever it costs. */
  readonly bestFixed: number;
  /** The run's own mix of arms, dealt at random over the phase's prompts: the expectation over deals. */
  readonly shuffled: number;
  readonly shuffledCostUsd: number;
  /** Share of requests with a positive dual price. */
  readonly pacedShare: number;
}

/** How often each prompt stands in a phase: 1 or 0. */
export function phaseWeights({ order }: Run, { from, to }: StepRange): Float64Array {
  const weights = new Float64Array(order.length);
  for (let step = from; step < to; step++) weights[order[step]!] = 1;
  return weights;
}

/** Scores one phase of a run on a world that stayed as it was. */
export function scorePhase(
  { set, values, frontier }: Yardstick,
  run: Run,
  phase: Phase,
  { budgeted }: { readonly budgeted: boolean },
): PhaseScore {
  const range = phaseRange(phase, run.order.length);
  const steps = range.to - range.from;
  const weights = phaseWeights(run, range);
  const shares = new Float64Array(set.arms.length);
  let reward = 0;
  let costUsd = 0;
  let paced = 0;
  for (let step = range.from; step < range.to; step++) {
    const arm = run.choice[step]!;
    reward += values[run.order[step]! * set.arms.length + arm]! / steps;
    costUsd += run.costUsd[step]! / steps;
    paced += run.paced[step]!;
    shares[arm]! += 1 / steps;
  }
  const arms = frontier.armMeans(weights);
  const bound = budgeted ? costUsd : Infinity;
  return {
    reward,
    costUsd,
    hull: frontier.hull(weights, bound),
    oracle: frontier.oracle(weights, bound),
    bestFixed: frontier.bestFixed(weights),
    shuffled: arms.reduce((sum, { value }, k) => sum + shares[k]! * value, 0),
    shuffledCostUsd: arms.reduce((sum, arm, k) => sum + shares[k]! * arm.costUsd, 0),
    pacedShare: paced / steps,
  };
}
