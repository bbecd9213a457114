import type { HalfLives } from '../learning/decay.js';
import type { LabelSettings } from '../selection/label-request.js';

export const SEGMENT_PARTS = ['taskType', 'level'] as const;
/** What splits a use case's traffic into segments with posteriors of their own. */
export type SegmentPart = (typeof SEGMENT_PARTS)[number];

/** How much each goal counts; non-negative, summing to one. */
export interface Weights {
  readonly quality: number;
  readonly cost: number;
  readonly latency: number;
}

export const BANDIT_POLICIES = [
  'linear',
  'beta',
  'greedy',
  'epsilon-greedy',
  'ucb',
  'fixed',
  'uniform',
] as const;
/**
 * `linear`: Thompson sampling over Bayesian linear regressions on the context. `beta`: over Beta posteriors per
 * segment. `greedy`, `epsilon-greedy` and `ucb` act on the linear beliefs; `fixed` and `uniform` on none.
 */
export type BanditPolicy = (typeof BANDIT_POLICIES)[number];

/** How quality's slopes are shrunk: to a mean that all arms share, by a precision that the evidence chooses. */
export interface SlopeSettings {
  /** Prior precision of the shared slopes, in outcomes; also of each arm's about them, until evidence chooses. */
  readonly slopePrecision: number;
  /** Precisions that evidence chooses from, ascending; none for `slopePrecision` throughout. */
  readonly slopePrecisions: readonly number[];
  /** Outcomes of one arm that count towards the shared slopes; 0 for slopes that are not shared. */
  readonly sharedSlopeOutcomes: number;
}

/** Factors on the posterior's standard deviation in Thompson draws; 1 is the posterior itself. */
export interface ThompsonScale {
  /** Of an arm's level, which every request tells of. */
  readonly intercept: number;
  /** Of its slopes: most of their variance is of directions that matter little. */
  readonly slopes: number;
}

/** How the regressions on the context learn. */
export interface LinearSettings extends SlopeSettings {
  /** Buckets of the hashed words and bigrams in the context. */
  readonly hashedWords: number;
  /** Prior precision of the slopes of the logarithm of output tokens. */
  readonly tokenSlopePrecision: number;
  readonly thompsonScale: ThompsonScale;
  /** How many outcomes a use case may borrow from the others, per model; of quality, until evidence chooses. */
  readonly poolingStrength: number;
  /** Strengths that evidence chooses from for quality, ascending; empty for `poolingStrength` throughout. */
  readonly poolingStrengths: readonly number[];
  /** Noise variance of quality before anything is known, and how many outcomes that is worth. */
  readonly noiseVariance: number;
  readonly noiseStrength: number;
}

/** How much is given to learning itself. */
export interface ExplorationSettings {
  /** Least probability of each candidate, within a hundredth of the budget; what is priced out is unsupported. */
  readonly floor: number;
  /** Share of requests that new models get together, within half of the budget. */
  readonly newcomerShare: number;
  /** A model is new until it has this many outcomes. */
  readonly newcomerPulls: number;
}

/** `rules/bandit.json`. */
export interface BanditSettings {
  readonly policy: BanditPolicy;
  readonly linear: LinearSettings;
  readonly exploration: ExplorationSettings;
  /** Absent where callers are never asked for a quality. */
  readonly labels?: LabelSettings;
  /** Share of requests that `epsilon-greedy` spreads evenly. */
  readonly epsilon: number;
  /** Standard deviations that `ucb` adds. */
  readonly ucbWidth: number;
  /** The model that `fixed` always takes; the first candidate where it is none. */
  readonly fixedModel?: string;
  readonly segmentBy: readonly SegmentPart[];
  /** Where a request states none. */
  readonly weights: Weights;
  /** τ: the cost that counts as 1 in the utility, in nano-USD. */
  readonly referenceCostNanoUsd: number;
  /** The latency that counts as 1 in the utility. */
  readonly referenceLatencyMs: number;
  /** How many outcomes of a segment's siblings it may borrow, per arm; also how fast lengths are trusted. */
  readonly poolingStrength: number;
  readonly halfLives: HalfLives;
}

/** Whether a policy's beliefs are regressions on the context. */
export const readsContext = (policy: BanditPolicy): boolean => policy !== 'beta';

/** Scales weights to sum to one. @throws RangeError where none is positive or one is negative or not finite. */
export function normalizeWeights({ quality, cost, latency }: Weights): Weights {
  const total = quality + cost + latency;
  if (!(quality >= 0 && cost >= 0 && latency >= 0 && total > 0 && total < Infinity)) {
    throw new RangeError('weights are non-negative and not all zero');
  }
  return { quality: quality / total, cost: cost / total, latency: latency / total };
}
