import type { BudgetReport, Feasibility } from '../../core/evaluation/budget-report.js';
import type { RewardReport } from '../../core/evaluation/reward-report.js';
import type { Support } from '../../core/evaluation/support.js';
import {
  BudgetFeasibility,
  type BudgetEvaluation,
  type EvaluatePolicyResponse,
  type EvaluationSupport,
  type RewardEvaluation,
} from '../../gen/sextant/v1/evaluation.js';
import type { EvaluatedLog } from '../../runtime/evaluation/evaluate-log.js';

export function encodeEvaluation(log: EvaluatedLog): EvaluatePolicyResponse {
  const { fallbacks } = log;
  return {
    policyVersion: log.policyVersion,
    quality: encodeReward(log.quality),
    success: encodeReward(log.success),
    costUsd: encodeReward(log.costUsd),
    useCases: log.byUseCase.map(({ useCase, quality, costUsd }) => ({
      useCase,
      quality: encodeReward(quality),
      costUsd: encodeReward(costUsd),
    })),
    reporting: log.reporting.map(({ name, decisions, reported, expected, z }) => ({
      arm: name,
      decisions: BigInt(decisions),
      reported: BigInt(reported),
      expected,
      z,
    })),
    fallbacks: {
      decisions: BigInt(fallbacks.decisions),
      attempts: BigInt(fallbacks.attempts),
      judged: BigInt(fallbacks.judged),
      ...(fallbacks.meanQuality !== undefined && { meanQuality: fallbacks.meanQuality }),
      costUsd: fallbacks.costUsd,
    },
    budgets: log.budgets.map(encodeBudget),
    refused: BigInt(log.refused),
    refusedOnOwnMoney: BigInt(log.refusedOnOwnMoney),
    tooOld: BigInt(log.tooOld),
    otherContext: BigInt(log.otherContext),
    withoutPropensity: BigInt(log.withoutPropensity),
  };
}

function encodeReward({ support, estimates = [], logged, lift }: RewardReport): RewardEvaluation {
  return {
    support: encodeSupport(support),
    estimates: estimates.map(({ estimator, value, asymptotic, bernstein }) => ({
      estimator,
      value,
      asymptotic,
      anySample: bernstein,
    })),
    ...(logged !== undefined && { logged }),
    ...(lift && { lift: lift.value }),
    liftInterval: lift?.asymptotic,
  };
}

const encodeSupport = (support: Support): EvaluationSupport => ({
  decisions: BigInt(support.decisions),
  rewarded: BigInt(support.rewarded),
  effectiveDecisions: support.effectiveDecisions,
  largestWeight: support.largestWeight,
  unsupportedShare: support.unsupportedShare,
  seldomShare: support.seldomShare,
  ...(support.neededRewarded !== undefined && { neededRewarded: BigInt(support.neededRewarded) }),
  objections: [...support.objections],
  weights: support.weights.map(({ decisions, ...bucket }) => ({ ...bucket, decisions: BigInt(decisions) })),
});

const FEASIBILITY: Readonly<Record<Feasibility, BudgetFeasibility>> = {
  within: BudgetFeasibility.WITHIN,
  over: BudgetFeasibility.OVER,
  unclear: BudgetFeasibility.UNCLEAR,
};

const encodeBudget = (budget: BudgetReport): BudgetEvaluation => ({
  account: budget.accountId,
  averageUsd: budget.averageUsd,
  decisions: BigInt(budget.decisions),
  boundShare: budget.boundShare,
  quality: encodeReward(budget.quality),
  costUsd: encodeReward(budget.costUsd),
  feasibility: FEASIBILITY[budget.feasible],
});
