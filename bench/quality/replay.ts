import type { UseCase } from '../../src/core/ids.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../src/core/profile.js';
import { ANY_MODEL } from '../../src/core/registry/capabilities.js';
import type { Question, RequestInput } from '../../src/core/selection/question.js';
import { benchPolicy, BENCH_TENANT, type PolicyVariant, type QualityCostWeights } from './bench-policy.js';
import { benchRegistry } from './bench-registry.js';
import type { BenchPrompt, OutcomeSet } from './outcome-set.js';
import { decisionSeed, permutation, STREAM } from './permutation.js';
import { ReplaySession } from './replay-session.js';
import { failsOn, stageStart, STEADY, type Stage } from './stage.js';
import { referenceCostUsd } from './utility.js';

/** One pass of one policy over one permutation of a set. */
export interface ReplaySpec {
  readonly variant: PolicyVariant;
  readonly weights: QualityCostWeights;
  /** Absent: no budget, and the weights alone hold cost down. */
  readonly budgetUsd?: number;
  readonly seed: number;
  /** Ascending by `from`, the first at 0. Absent: nothing changes. */
  readonly stages?: readonly Stage[];
  /** The prompt of each step; a permutation that belongs to the seed where absent. */
  readonly order?: Uint32Array;
  /** Each prompt is shown as another one: what is seen says nothing of what comes. */
  readonly permuteFeatures?: boolean;
}

/** What a policy did, step by step. */
export interface Run {
  /** The prompt of each step. */
  readonly order: Uint32Array;
  /** The arm's place in the set. */
  readonly choice: Uint8Array;
  readonly quality: Float64Array;
  /** Zero on sets without costs. */
  readonly costUsd: Float64Array;
  /** 1 where the budget's dual price was positive. */
  readonly paced: Uint8Array;
}

/** A step is one second of event time. */
export const STEP_MS = 1_000;
export const START_MS = Date.UTC(2026, 0, 1);

const NO_COMPLEXITY = Object.fromEntries(
  COMPLEXITY_DIMENSIONS.map((dimension) => [dimension, 0]),
) as unknown as DimensionScores;

/** Replays a set: the policy sees a prompt, picks, and gets the chosen arm's outcome, before the next one. */
export function replay(set: OutcomeSet, spec: ReplaySpec): Run {
  const { prompts, arms } = set;
  const steps = prompts.length;
  const { seed, stages = STEADY } = spec;
  const order = spec.order ?? permutation(steps, STREAM.order, seed);
  const shown = spec.permuteFeatures ? permutation(steps, STREAM.features, seed) : undefined;
  const tau = referenceCostUsd(set);
  const policy = benchPolicy({ ...spec, ...(tau !== undefined && { referenceCostUsd: tau }) });
  const session = new ReplaySession(policy, benchRegistry(set, stages[0]!));
  const run: Run = {
    order,
    choice: new Uint8Array(steps),
    quality: new Float64Array(steps),
    costUsd: new Float64Array(steps),
    paced: new Uint8Array(steps),
  };
  let stageAt = 0;
  for (let step = 0; step < steps; step++) {
    while (stageAt + 1 < stages.length && step >= stageStart(stages[stageAt + 1]!, steps)) {
      session.setRegistry(benchRegistry(set, stages[++stageAt]!));
    }
    const stage = stages[stageAt]!;
    const prompt = order[step]!;
    const outcomeOf = (k: number): { quality: number; costUsd?: number; failed?: boolean } => {
      const at = prompt * arms.length + k;
      if (failsOn(stage, arms[k]!, prompt)) return { quality: 0, costUsd: 0, failed: true };
      const quality = set.quality[at]! * (stage.qualityFactor?.[arms[k]!] ?? 1);
      if (set.costUsd === undefined) return { quality };
      return { quality, costUsd: set.costUsd[at]! / (stage.priceDivisor?.[arms[k]!] ?? 1) };
    };
    const { arm, lambda } = session.step({
      question: questionOf(prompts[shown?.[prompt] ?? prompt]!, prompts[prompt]!),
      nowMs: START_MS + step * STEP_MS,
      seed: decisionSeed(seed, step),
      outcomeOf,
    });
    const { quality, costUsd = 0 } = outcomeOf(arm);
    run.choice[step] = arm;
    run.quality[step] = quality;
    run.costUsd[step] = costUsd;
    run.paced[step] = lambda > 0 ? 1 : 0;
  }
  return run;
}

/** The request that shows one prompt's text under a prompt's use case. */
export function questionOf(shown: BenchPrompt, { useCase }: BenchPrompt): Question {
  const input: RequestInput = {
    ...(shown.text === undefined
      ? { messages: [], complexity: NO_COMPLEXITY, inputTokens: 0 }
      : { messages: [{ role: 'user', text: shown.text }] }),
    modalities: ['text'],
    toolCount: 0,
  };
  return {
    tenant: BENCH_TENANT,
    useCase: useCase as UseCase,
    input,
    requirements: ANY_MODEL,
    attributes: {},
    batch: false,
    streaming: false,
    maxFallbacks: 0,
  };
}
