import { promptBeliefOf, type PromptBelief } from '../cost/prompt-belief.js';
import { STAT, type ArmStats } from '../learning/arm-stats.js';
import type { ArmId } from '../registry/model.js';
import type { BeliefScope } from './belief-scope.js';
import { sumsOfArms, type Kin } from './kin.js';
import { lengthBelief } from './length-belief.js';
import { quantilesOf, Z_90, type LengthBelief, type Quantiles } from './metric-belief.js';
import { normalQuantile } from './normal-quantile.js';
import type { ArmPriors, LogNormalPrior } from './priors.js';

/** Before anything was reported: weak, from what hosted models do. */
export const CALL_PRIORS = {
  timeToFirstTokenMs: { median: 800, sigma: 0.8, strength: 4 },
  msPerOutputToken: { median: 15, sigma: 0.7, strength: 4 },
  thinkingTokens: { median: 600, sigma: 1.2, strength: 4 },
} as const satisfies Partial<Record<keyof ArmPriors, LogNormalPrior>>;

/** Our estimate of a prompt is off by 8 %, and so are counts of another model's tokenizer. */
const PROMPT_PRIOR: LogNormalPrior = { median: 1, sigma: 0.08, strength: 8 };
const PROMPT_UNREPORTED: PromptBelief = promptBeliefOf({
  mean: 1,
  logMean: 0,
  logSd: PROMPT_PRIOR.sigma,
  observations: 0,
});

/** How many reports the prior chance that an answer has thinking is worth, and that chance by the model's capability. */
const THINKS_STRENGTH = 2;
const THINKS = { able: 0.5, unable: 0.01 } as const;

/** An arm, with those that lend to it. */
export interface ArmAddress {
  readonly armId: ArmId;
  readonly kin: Kin;
}

interface ScopeSums {
  readonly wider: readonly (ArmStats | undefined)[];
  readonly own: readonly (ArmStats | undefined)[];
}

function sumsFor({ tenantArms, useCase }: BeliefScope, { armId, kin }: ArmAddress): ScopeSums {
  return {
    wider: [sumsOfArms(tenantArms, kin.here), sumsOfArms(useCase?.arms, kin.here)],
    own: [tenantArms?.get(armId), useCase?.arms.get(armId)],
  };
}

/** What reports say of this arm's prompts as they are counted before a call. */
export function promptBelief(scope: BeliefScope, arm: ArmAddress): PromptBelief {
  // Most arms have no report that tells: no belief is made for them.
  const isTold = (stats: ArmStats | undefined): boolean => stats !== undefined && stats[STAT.promptW]! > 0;
  const ofTenant = scope.tenantArms?.get(arm.armId);
  if (!isTold(ofTenant) && arm.kin.here.length === 0) return PROMPT_UNREPORTED;
  const { tokensFactor: factor, poolingStrength } = scope;
  const reading = { first: STAT.promptW, factor, poolingStrength };
  return promptBeliefOf(lengthBelief(PROMPT_PRIOR, sumsFor(scope, arm), reading));
}

/** Times of one call, apart: a log-normal each. */
export interface SpeedBelief {
  readonly timeToFirstTokenMs: LengthBelief;
  /** From token to token after the first. */
  readonly msPerOutputToken: LengthBelief;
}

export function speedBelief(scope: BeliefScope, priors: ArmPriors, arm: ArmAddress): SpeedBelief {
  const sums = sumsFor(scope, arm);
  const { latencyFactor: factor, poolingStrength } = scope;
  const {
    timeToFirstTokenMs = CALL_PRIORS.timeToFirstTokenMs,
    msPerOutputToken = CALL_PRIORS.msPerOutputToken,
  } = priors;
  return {
    timeToFirstTokenMs: lengthBelief(timeToFirstTokenMs, sums, {
      first: STAT.firstTokenW,
      factor,
      poolingStrength,
    }),
    msPerOutputToken: lengthBelief(msPerOutputToken, sums, {
      first: STAT.perTokenW,
      factor,
      poolingStrength,
    }),
  };
}

/** Thinking tokens of one answer: none with some probability, else a log-normal number. */
export interface ThinkingBelief {
  /** Chance that an answer has any. */
  readonly chance: number;
  readonly length: LengthBelief;
  /** Of all answers, those without thinking among them. */
  readonly mean: number;
}

/** @param isAble whether the registry says that the model can think. */
export function thinkingBelief(
  scope: BeliefScope,
  { thinkingTokens = CALL_PRIORS.thinkingTokens }: ArmPriors,
  { isAble, ...arm }: ArmAddress & { readonly isAble: boolean },
): ThinkingBelief {
  const sums = sumsFor(scope, arm);
  const { tokensFactor: factor, poolingStrength } = scope;
  let chance: number = isAble ? THINKS.able : THINKS.unable;
  let strength = THINKS_STRENGTH;
  for (const stats of [...sums.wider, ...sums.own]) {
    if (stats === undefined) continue;
    chance =
      (strength * chance + factor * stats[STAT.thinkingW]!) /
      (strength + factor * stats[STAT.thinkingToldW]!);
    strength = poolingStrength;
  }
  const length = lengthBelief(thinkingTokens, sums, { first: STAT.thinkingW, factor, poolingStrength });
  return { chance, length, mean: chance * length.mean };
}

/** Points of the mixture: 0 up to the share of answers without thinking, the log-normal's beyond it. */
export function thinkingQuantiles({ chance, length }: ThinkingBelief, most: number): Quantiles {
  const at = (p: number): number => {
    const within = (p - (1 - chance)) / chance;
    if (!(within > 0)) return 0;
    return Math.min(most, Math.exp(length.logMean + normalQuantile(within) * length.logSd));
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/**
 * Time to the whole answer where its parts are known apart: first token + (tokens − 1)·time per token, whose logarithm
 * errs as length and speed do together.
 */
export function streamedLatency(
  { timeToFirstTokenMs: first, msPerOutputToken: each }: SpeedBelief,
  answer: LengthBelief,
  mostTokens: number,
): Quantiles {
  const tokens = Math.max(Math.min(Math.exp(answer.logMean), mostTokens) - 1, 0);
  const writing = tokens * Math.exp(each.logMean);
  const writingSd = Math.hypot(each.logSd, answer.logSd);
  const ofFirst = quantilesOf(first);
  const most = mostTokens * quantilesOf(each).p90;
  const below = Math.hypot(ofFirst.p50 - ofFirst.p10, -writing * Math.expm1(-Z_90 * writingSd));
  const above = Math.hypot(ofFirst.p90 - ofFirst.p50, Math.min(writing * Math.expm1(Z_90 * writingSd), most));
  const p50 = ofFirst.p50 + writing;
  return { p10: Math.max(p50 - below, 0), p50, p90: p50 + above };
}
