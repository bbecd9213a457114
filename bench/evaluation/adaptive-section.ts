import { evaluateLog } from '../../src/runtime/evaluation/evaluate-log.js';
import { namedVariant } from '../quality/bench-policy.js';
import { benchSet } from '../quality/bench-set.js';
import { START_MS, STEP_MS } from '../quality/replay.js';
import { paretoSet } from '../quality/sections/pareto-sets.js';
import { Coverage } from './coverage.js';
import { logSeeds } from './log-seeds.js';
import { loggedRun, readPrompts } from './logged-run.js';
import { COVERAGE_HEADER, coverageRows, type EvaluationContext } from './section.js';
import { LOGGERS } from './steady.js';
import { standing, standingPolicy } from './targets.js';
import { truthOf, type Truth } from './truth.js';

/** Decisions between two looks at what the candidate would earn by then: this costs a replay of the whole set. */
const LOOK_EVERY = 50;
/** A look is dear, so that there are fewer logs. */
const REPETITIONS_MOST = 50;
const LOGGER = LOGGERS[1]!;
const EVERYTHING = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/**
 * A policy that learns from the log as it goes: the estimand is the mean of what it would have earned at each decision,
 * given what it had learned by then.
 */
export async function adaptiveSection(context: EvaluationContext): Promise<void> {
  const { report, seed: runSeed, steps } = context;
  const repetitions = Math.min(context.repetitions, REPETITIONS_MOST);
  const set = benchSet(paretoSet(context, 4));
  report.heading(
    `A policy that learns on the log of another, ${LOGGER.name} → greedy, ${repetitions} logs of ${steps} decisions`,
  );
  const logging = standingPolicy(set, LOGGER);
  const target = standingPolicy(set, namedVariant('greedy'));
  const prompts = readPrompts(set, logging);
  const coverage = new Coverage();
  const means: Truth[] = [];
  for (const seed of logSeeds(runSeed, repetitions)) {
    const looks: Truth[] = [];
    const store = await loggedRun(set, {
      policy: logging,
      prompts,
      steps,
      seed,
      before: (step, learning) => {
        if (step % LOOK_EVERY !== LOOK_EVERY / 2) return;
        looks.push(truthOf(set, target, prompts, { learning, nowMs: START_MS + step * STEP_MS }));
      },
    });
    const truth = meanOf(looks);
    means.push(truth);
    coverage.add(await evaluateLog(store, standing(target), { filter: EVERYTHING }), truth);
  }
  const name = 'adaptive.epsilon-greedy-0.3.greedy';
  const title = `${LOGGER.name} → greedy`;
  report.table(COVERAGE_HEADER, coverageRows(report, { title, name, truth: meanOf(means), coverage }));
}

const meanOf = (truths: readonly Truth[]): Truth => ({
  quality: truths.reduce((sum, { quality }) => sum + quality, 0) / truths.length,
  costUsd: truths.reduce((sum, { costUsd }) => sum + costUsd, 0) / truths.length,
});
