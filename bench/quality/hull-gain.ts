import type { Yardstick } from './phase-score.js';
import { phaseWeights } from './phase-score.js';
import { benchRng, STREAM } from './permutation.js';
import { phaseRange } from './phases.js';
import type { Run } from './replay.js';
import { quantile } from './statistics.js';

/** How much of the room between the hull and the oracle was taken, with its 95 % bootstrap interval. */
export interface HullGain {
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

const REPLICATES = 400;

/**
 * (Σ reward − Σ hull) / (Σ oracle − Σ hull) over seeds, in the test phase, at each seed's realised cost where there
 * is a budget. The
 * bootstrap draws prompts with replacement, the same ones for every seed, and scores all seeds again on them.
 *
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), §13.3 (percentile interval).
 */
export function hullGain(yard: Yardstick, runs: readonly Run[], budgeted = true): HullGain {
  const count = yard.set.prompts.length;
  const phases = runs.map((run) => testPhase(yard, run, budgeted));
  const rng = benchRng(STREAM.bootstrap, 0);
  const draws: number[] = [];
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    const drawn = new Float64Array(count);
    for (let i = 0; i < count; i++) drawn[Math.floor(rng() * count)]! += 1;
    draws.push(gainOn(yard, phases, drawn));
  }
  const once = new Float64Array(count).fill(1);
  return { gain: gainOn(yard, phases, once), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** What one seed did in its test phase, by prompt. */
interface TestPhase {
  readonly weights: Float64Array;
  readonly reward: Float64Array;
  readonly costUsd: Float64Array;
  readonly budgeted: boolean;
}

function testPhase({ set, values }: Yardstick, run: Run, budgeted: boolean): TestPhase {
  const range = phaseRange('test', run.order.length);
  const reward = new Float64Array(run.order.length);
  const costUsd = new Float64Array(run.order.length);
  for (let step = range.from; step < range.to; step++) {
    const prompt = run.order[step]!;
    reward[prompt] = values[prompt * set.arms.length + run.choice[step]!]!;
    costUsd[prompt] = run.costUsd[step]!;
  }
  return { weights: phaseWeights(run, range), reward, costUsd, budgeted };
}

function gainOn({ frontier }: Yardstick, phases: readonly TestPhase[], drawn: Float64Array): number {
  let above = 0;
  let room = 0;
  for (const phase of phases) {
    const weights = phase.weights.map((weight, i) => weight * drawn[i]!);
    let total = 0;
    let reward = 0;
    let costUsd = 0;
    for (let i = 0; i < weights.length; i++) {
      total += weights[i]!;
      reward += weights[i]! * phase.reward[i]!;
      costUsd += weights[i]! * phase.costUsd[i]!;
    }
    const bound = phase.budgeted ? costUsd / total : Infinity;
    const hull = frontier.hull(weights, bound);
    above += reward / total - hull;
    room += frontier.oracle(weights, bound) - hull;
  }
  return above / room;
}
