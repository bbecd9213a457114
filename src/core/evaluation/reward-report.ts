import {
  estimateLift,
  estimateValue,
  type Estimate,
  type Estimator,
  type RewardedDecision,
} from './estimators.js';
import type { WeighedDecision } from './evaluated-decision.js';
import type { Interval } from './intervals.js';
import { supportOf, type Support } from './support.js';

/** One reward's figures over some decisions. */
export interface RewardReport {
  readonly support: Support;
  /** Absent where no decision has this reward. */
  readonly estimates?: readonly Estimate[];
  readonly lift?: { readonly value: number; readonly asymptotic: Interval };
  /** What the log's own policy earned. */
  readonly logged?: number;
}

/** @param isUnit whether rewards are in [0, 1]. */
export function rewardReport(decisions: readonly WeighedDecision[], isUnit: boolean): RewardReport {
  const support = supportOf(decisions);
  const rewarded = decisions.filter(
    (decision): decision is RewardedDecision => decision.reward !== undefined,
  );
  if (rewarded.length === 0) return { support };
  return {
    support,
    estimates: estimateValue(rewarded, isUnit),
    lift: estimateLift(rewarded),
    logged: rewarded.reduce((sum, { reward }) => sum + reward, 0) / rewarded.length,
  };
}

export const estimateOf = ({ estimates }: RewardReport, name: Estimator): Estimate | undefined =>
  estimates?.find(({ estimator }) => estimator === name);
