import { evaluateLog } from '../../src/runtime/evaluation/evaluate-log.js';
import type { PolicyVariant } from '../quality/bench-policy.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import { Coverage } from './coverage.js';
import { logSeeds } from './log-seeds.js';
import { loggedRun, readPrompts } from './logged-run.js';
import { standing, standingPolicy, steadyTargets } from './targets.js';
import { truthOf } from './truth.js';

/** Policies that log: all evenly; a learning one that explores three in ten; Thompson sampling above a floor. */
export const LOGGERS: readonly PolicyVariant[] = [
  { name: 'uniform', bandit: { policy: 'uniform' } },
  { name: 'epsilon-greedy 0.3', bandit: { policy: 'epsilon-greedy', epsilon: 0.3 } },
  {
    name: 'linear, floor 0.05',
    bandit: { policy: 'linear', exploration: { floor: 0.05, newcomerShare: 0.5, newcomerPulls: 30 } },
  },
];

export interface CoverageSpec {
  readonly loggers: readonly PolicyVariant[];
  readonly repetitions: number;
  /** Of the run. */
  readonly seed: number;
  readonly steps: number;
  readonly onRepetition?: (done: number) => void;
}

export interface MeasuredPair {
  readonly logger: string;
  readonly target: string;
  readonly truth: { readonly quality: number; readonly costUsd: number };
  readonly coverage: Coverage;
}

/** One answer in ten is never judged, by a rule that the model has no part in. */
const UNJUDGED_EVERY = 10;
const EVERYTHING = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** Logs with each policy, evaluates others that do not learn, and confronts them with their own replay. */
export async function steadyCoverage(
  set: OutcomeSet,
  { loggers, repetitions, seed: runSeed, steps, onRepetition }: CoverageSpec,
): Promise<MeasuredPair[]> {
  const targets = steadyTargets(set);
  const pairs: MeasuredPair[] = [];
  for (const logger of loggers) {
    const policy = standingPolicy(set, logger);
    const prompts = readPrompts(set, policy);
    const measured = targets.map((target) => ({
      logger: logger.name,
      target: target.name,
      policy: target.policy,
      truth: truthOf(set, target.policy, prompts),
      coverage: new Coverage(),
    }));
    for (const [done, seed] of logSeeds(runSeed, repetitions).entries()) {
      const isJudged = (step: number): boolean => step % UNJUDGED_EVERY !== 0;
      const store = await loggedRun(set, { policy, prompts, steps, seed, isJudged });
      for (const { policy: target, coverage, truth } of measured)
        coverage.add(await evaluateLog(store, standing(target), { filter: EVERYTHING }), truth);
      onRepetition?.(done + 1);
    }
    pairs.push(...measured);
  }
  return pairs;
}
