import { LinearArm } from '../bandit/linear/linear-arm.js';
import type { LinearPrior } from '../bandit/linear/linear-posterior.js';
import { PoolingEvidence } from '../bandit/linear/pooling-evidence.js';
import { SharedSlopes } from '../bandit/linear/shared-slopes.js';
import type { LinearObservation, LinearSums } from '../bandit/linear/linear-sums.js';
import type { UseCase } from '../ids.js';
import type { ArmId } from '../registry/model.js';
import type { ArmRegressions, RegressionMetric, UseCaseState } from './use-case-state.js';

const NONE: readonly UseCaseState[] = [];

interface UntaughtArm {
  readonly armId: ArmId;
  readonly metric: RegressionMetric;
  readonly prior: LinearPrior;
  /** A use case that has state, where the model's other arms in it lend. */
  readonly lentIn?: UseCase | undefined;
}

/** The regressions of one tenant: where each arm was taught, and what its use cases and its arms share. */
export class TenantRegressions {
  /** Slopes that all arms share, by metric. */
  readonly sharedSlopes: Readonly<Record<RegressionMetric, SharedSlopes>>;
  /** How much use cases lend each other of quality. */
  readonly pooling = new PoolingEvidence();
  /** Observations that arms were taught, by metric. */
  readonly taught: Record<RegressionMetric, number> = { quality: 0, logTokens: 0 };
  private readonly useCases = new Map<ArmId, UseCaseState[]>();
  private readonly untaught = new Map<string, LinearArm>();

  constructor(private readonly contextSize: number) {
    this.sharedSlopes = {
      quality: new SharedSlopes(contextSize),
      logTokens: new SharedSlopes(contextSize),
    };
  }

  /** An arm's regressions in a use case; made where there are none. */
  ensure(useCase: UseCaseState, armId: ArmId): ArmRegressions {
    let regressions = useCase.regressions.get(armId);
    if (regressions === undefined) {
      const { contextSize } = this;
      regressions = { quality: LinearArm.empty(contextSize), logTokens: LinearArm.empty(contextSize) };
      useCase.regressions.set(armId, regressions);
      const useCases = this.useCases.get(armId);
      if (useCases === undefined) this.useCases.set(armId, [useCase]);
      else useCases.push(useCase);
    }
    return regressions;
  }

  observe(arm: ArmRegressions, metric: RegressionMetric, observation: LinearObservation): void {
    arm[metric].observe(observation);
    this.taught[metric] += 1;
  }

  /** Use cases that an arm has regressions in. */
  useCasesOf(armId: ArmId): readonly UseCaseState[] {
    return this.useCases.get(armId) ?? NONE;
  }

  /** One metric's sums, by arm and use case. */
  sumsOf(metric: RegressionMetric): Map<ArmId, readonly LinearSums[]> {
    const sums = new Map<ArmId, readonly LinearSums[]>();
    for (const [armId, useCases] of this.useCases) {
      sums.set(
        armId,
        useCases.map(({ regressions }) => regressions.get(armId)![metric].sums),
      );
    }
    return sums;
  }

  /**
   * Stands for an arm in every use case that has no outcome of it and the same prior: what they know is what others
   * lend, and they share one posterior of it. Where the model's other arms in a use case lend too, that one has its own.
   */
  untaughtArm({ armId, metric, prior, lentIn }: UntaughtArm): LinearArm {
    const key = `${metric} ${prior.interceptMean} ${prior.interceptPrecision} ${armId} ${lentIn ?? ''}`;
    let arm = this.untaught.get(key);
    if (arm === undefined) this.untaught.set(key, (arm = LinearArm.empty(this.contextSize)));
    return arm;
  }

  /** The sums of a metric were scaled as a whole. */
  forget(metric: RegressionMetric): void {
    for (const [armId, useCases] of this.useCases) {
      for (const { regressions } of useCases) regressions.get(armId)![metric].forget();
    }
    for (const arm of this.untaught.values()) arm.forget();
    this.sharedSlopes[metric].forget();
    if (metric === 'quality') this.pooling.forget();
  }
}
