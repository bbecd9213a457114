import { textless } from '../../src/core/comparison/textless.js';
import { requestScope } from '../../src/core/selection/request-scope.js';
import type { ContextVector } from '../../src/core/context/context-vector.js';
import type { LearningState } from '../../src/core/learning/learning-state.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { Question } from '../../src/core/selection/question.js';
import { encodeDecision } from '../../src/runtime/decision-codec.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { LoggedDecision, Store } from '../../src/store/ports.js';
import { benchRegistry } from '../quality/bench-registry.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import { benchRng, decisionSeed, STREAM } from '../quality/permutation.js';
import { questionOf, START_MS, STEP_MS } from '../quality/replay.js';
import { ReplaySession } from '../quality/replay-session.js';
import { STEADY } from '../quality/stage.js';

/** One prompt of a set as a request: without its text, which was read once. */
export interface ReadPrompt {
  readonly question: Question;
  readonly context?: ContextVector;
}

/** Reads every prompt of a set as a policy reads it. */
export function readPrompts(set: OutcomeSet, policy: Policy): ReadPrompt[] {
  const { snapshot } = new ReplaySession(policy, benchRegistry(set, STEADY[0]!));
  return set.prompts.map((prompt) => {
    const question = questionOf(prompt, prompt);
    const { profile, context } = requestScope(snapshot, question, { nowMs: START_MS });
    return { question: textless(question, profile), ...(context && { context }) };
  });
}

export interface LoggedRunSpec {
  readonly policy: Policy;
  readonly prompts: readonly ReadPrompt[];
  readonly steps: number;
  readonly seed: number;
  /** Told before each decision what was learned so far. */
  readonly before?: (step: number, learning: LearningState) => void;
  /** Whether the quality of a step's answer is reported; each is where absent. */
  readonly isJudged?: (step: number) => boolean;
}

/**
 * The store that a server would have left: a policy decides on prompts drawn with replacement, is told the outcomes of
 * its choices alone, and everything is logged as the product logs it.
 */
export async function loggedRun(
  set: OutcomeSet,
  { policy, prompts, steps, seed, before, isJudged }: LoggedRunSpec,
): Promise<Store> {
  const store = openMemoryStore();
  const session = new ReplaySession(policy, benchRegistry(set, STEADY[0]!));
  const rng = benchRng(STREAM.sample, seed);
  const decisions: LoggedDecision[] = [];
  for (let step = 0; step < steps; step++) {
    before?.(step, session.learning);
    const at = Math.floor(rng() * prompts.length);
    const { question, context } = prompts[at]!;
    const nowMs = START_MS + step * STEP_MS;
    const { decision, decisionId, outcomes } = session.step({
      question,
      nowMs,
      seed: decisionSeed(seed, step),
      ...(context && { context }),
      ...(isJudged?.(step) === false && { unjudged: true }),
      outcomeOf: (arm) => outcomeAt(set, at, arm),
    });
    const taken = { decisionId, issueTimeMs: nowMs, question, decision, policyVersion: policy.version };
    decisions.push(encodeDecision(taken, { attributes: [], samplingProbability: 1 }));
    await store.outcomes.append([outcomes]);
  }
  await store.decisions.append(decisions);
  return store;
}

export function outcomeAt(
  { arms, quality, costUsd }: OutcomeSet,
  prompt: number,
  arm: number,
): { quality: number; costUsd?: number } {
  const at = prompt * arms.length + arm;
  return { quality: quality[at]!, ...(costUsd && { costUsd: costUsd[at]! }) };
}
