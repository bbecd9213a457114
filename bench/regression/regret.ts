import type { QualityCostWeights } from '../quality/bench-policy.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import type { Run } from '../quality/replay.js';
import { failsOn, stageStart, type Stage } from '../quality/stage.js';
import { referenceCostUsd } from '../quality/utility.js';

/** What choices lost per request, against two yardsticks that know the world as it is at each moment. */
export interface Regret {
  /** Against the best single model of each stage, on the prompts of that stage. */
  readonly fixed: number;
  /** Against the best model of each prompt. */
  readonly oracle: number;
}

/** u = w_q·q − w_c·min(c/τ, 1) of an arm on a prompt in a stage; nothing where it is not there. A failed call earns 0. */
export function utilityIn(
  set: OutcomeSet,
  weights: QualityCostWeights,
  { prompt, arm, stage }: { readonly prompt: number; readonly arm: number; readonly stage: Stage },
): number | undefined {
  const name = set.arms[arm]!;
  if (stage.absent?.includes(name)) return undefined;
  if (failsOn(stage, name, prompt)) return 0;
  const at = prompt * set.arms.length + arm;
  const quality = set.quality[at]! * (stage.qualityFactor?.[name] ?? 1);
  const cost = (set.costUsd?.[at] ?? 0) / (stage.priceDivisor?.[name] ?? 1);
  const tau = referenceCostUsd(set);
  return weights.quality * quality - weights.cost * (tau === undefined ? 0 : Math.min(cost / tau, 1));
}

/** Regret by stage. */
export function regretOf(
  set: OutcomeSet,
  run: Run,
  { weights, stages }: { readonly weights: QualityCostWeights; readonly stages: readonly Stage[] },
): Regret[] {
  const steps = run.order.length;
  return stages.map((stage, s) => {
    const from = stageStart(stage, steps);
    const to = s + 1 < stages.length ? stageStart(stages[s + 1]!, steps) : steps;
    const sums = set.arms.map(() => 0);
    let [earned, best] = [0, 0];
    for (let step = from; step < to; step++) {
      const prompt = run.order[step]!;
      let most = -Infinity;
      set.arms.forEach((_, arm) => {
        const utility = utilityIn(set, weights, { prompt, arm, stage }) ?? -Infinity;
        sums[arm]! += utility;
        most = Math.max(most, utility);
      });
      earned += utilityIn(set, weights, { prompt, arm: run.choice[step]!, stage })!;
      best += most;
    }
    return { fixed: (Math.max(...sums) - earned) / (to - from), oracle: (best - earned) / (to - from) };
  });
}
