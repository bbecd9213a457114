import type { UseCase } from '../ids.js';
import { NANO_USD_PER_USD } from '../money.js';
import type { ArmId } from '../registry/model.js';
import { BudgetTally, type BudgetReport } from './budget-report.js';
import { weighed, type WeighedDecision } from './evaluated-decision.js';
import type { FallbackReport } from './fallbacks.js';
import type { ReplayedDecision, RewardName } from './replay-decision.js';
import { ReportingTally, type ReportingTest } from './reporting-tests.js';
import { rewardReport, type RewardReport } from './reward-report.js';

/** All that is said of a policy on a log. Values are of first attempts. */
export interface EvaluationReport {
  /** Decisions that the policy was asked about, and answered. */
  readonly decisions: number;
  readonly quality: RewardReport;
  /** Share of calls that succeed, timeouts, rate limits and server errors being failures. */
  readonly success: RewardReport;
  readonly costUsd: RewardReport;
  readonly byUseCase: readonly UseCaseReport[];
  readonly reporting: readonly (ReportingTest & { readonly name: string })[];
  /** What the log's fallbacks did: they have no propensity, and are in no figure above. */
  readonly fallbacks: FallbackReport;
  /** The policy on its own money; empty where it has no budget. */
  readonly budgets: readonly BudgetReport[];
  /** Requests that the policy refuses, or leaves without a model; and likewise on its own money. */
  readonly refused: number;
  readonly refusedOnOwnMoney: number;
}

export interface UseCaseReport {
  readonly useCase: string;
  readonly quality: RewardReport;
  readonly costUsd: RewardReport;
}

type RewardLists = Readonly<Record<RewardName, WeighedDecision[]>>;

const emptyLists = (): RewardLists => ({ quality: [], success: [], costNanoUsd: [] });

/** Gathers decisions in time order, some numbers of each. */
export class EvaluationTally {
  private readonly all = emptyLists();
  private readonly byUseCase = new Map<UseCase, RewardLists>();
  private readonly budgets = new Map<string, BudgetTally>();
  private readonly reporting = new ReportingTally();
  private refused = 0;
  private refusedOnOwnMoney = 0;

  get size(): number {
    return this.all.quality.length;
  }

  /**
   * One decision under the policy: at the logged λ; and on its own money, where it has a budget.
   * Nothing where the policy refuses it.
   */
  add(
    useCase: UseCase,
    atLoggedLambda: ReplayedDecision | undefined,
    own?: { readonly decision: ReplayedDecision | undefined },
  ): void {
    if (atLoggedLambda === undefined) this.refused += 1;
    else this.addTo(useCase, atLoggedLambda);
    if (own === undefined) return;
    if (own.decision === undefined) this.refusedOnOwnMoney += 1;
    else this.addOwn(own.decision);
  }

  report(nameOf: (armId: ArmId) => string, fallbacks: FallbackReport): EvaluationReport {
    const { quality, success, costNanoUsd } = this.all;
    return {
      decisions: this.size,
      quality: rewardReport(quality, true),
      success: rewardReport(success, true),
      costUsd: rewardReport(costNanoUsd, false),
      byUseCase: [...this.byUseCase]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([useCase, lists]) => ({
          useCase,
          quality: rewardReport(lists.quality, true),
          costUsd: rewardReport(lists.costNanoUsd, false),
        })),
      reporting: this.reporting.tests().map((test) => ({ ...test, name: nameOf(test.armId) })),
      fallbacks,
      budgets: [...this.budgets.values()].map((budget) => budget.report()),
      refused: this.refused,
      refusedOnOwnMoney: this.refusedOnOwnMoney,
    };
  }

  private addTo(useCase: UseCase, decision: ReplayedDecision): void {
    const { armIds, quality } = decision;
    const { logged, chosen, reward } = quality;
    this.reporting.add({ armIds, logged, chosen, isReported: reward !== undefined });
    const lists = this.byUseCase.get(useCase) ?? emptyLists();
    this.byUseCase.set(useCase, lists);
    const numbers = {
      quality: weighed(quality),
      success: weighed(decision.success),
      costNanoUsd: inUsd(weighed(decision.costNanoUsd)),
    };
    for (const name of ['quality', 'success', 'costNanoUsd'] as const) {
      this.all[name].push(numbers[name]);
      lists[name].push(numbers[name]);
    }
  }

  private addOwn({ budget, quality, costNanoUsd, lambda }: ReplayedDecision): void {
    if (budget === undefined) return;
    const tally = this.budgets.get(budget.accountId) ?? new BudgetTally(budget);
    this.budgets.set(budget.accountId, tally);
    tally.add(weighed(quality), inUsd(weighed(costNanoUsd)), lambda);
  }
}

const inUsd = ({ predictedValue, predictedChosen, reward, ...rest }: WeighedDecision): WeighedDecision => ({
  ...rest,
  predictedValue: predictedValue / NANO_USD_PER_USD,
  predictedChosen: predictedChosen / NANO_USD_PER_USD,
  ...(reward !== undefined && { reward: reward / NANO_USD_PER_USD }),
});
