import { Z_90, type LengthBelief } from '../bandit/metric-belief.js';

/** What reports say of prompts: how a model's count compares with the one that decisions are taken on. */
export interface PromptBelief {
  /** Median of reported tokens over counted ones. */
  readonly ratio: number;
  /** Distance of the 10 % point below it, and of the 90 % point above it, as shares of it. */
  readonly spreadBelow: number;
  readonly spreadAbove: number;
  /** Reports behind it. */
  readonly observations: number;
}

/** A count that is taken at its word. */
export const PROMPT_AS_COUNTED: PromptBelief = { ratio: 1, spreadBelow: 0, spreadAbove: 0, observations: 0 };

export const promptBeliefOf = ({ logMean, logSd, observations }: LengthBelief): PromptBelief => ({
  ratio: Math.exp(logMean),
  spreadBelow: -Math.expm1(-Z_90 * logSd),
  spreadAbove: Math.expm1(Z_90 * logSd),
  observations,
});
