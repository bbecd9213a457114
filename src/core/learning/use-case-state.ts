import type { LinearArm } from '../bandit/linear/linear-arm.js';
import type { TenantId, UseCase } from '../ids.js';
import type { ArmId } from '../registry/model.js';
import type { ArmStats } from './arm-stats.js';
import type { UseCaseResiduals } from './residual-sums.js';

export type RegressionMetric = 'quality' | 'logTokens';
/** One arm's regressions in one use case. */
export type ArmRegressions = Readonly<Record<RegressionMetric, LinearArm>>;

/** The sums of every arm in one scope. */
export type ScopeArms = Map<ArmId, ArmStats>;

/** Names a use case of a tenant. */
export const useCaseKey = (tenant: TenantId, useCase: UseCase): string => `${tenant}\u0000${useCase}`;

/** A use case's own sums and those of its segments. */
export interface UseCaseState {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly arms: ScopeArms;
  readonly segments: Map<string, ScopeArms>;
  /** Of what was reported against what tickets predicted: the use case's own alone, as drift is looked for there. */
  readonly residuals: UseCaseResiduals;
  /** Regressions on the context, of quality and of the logarithm of output tokens. */
  readonly regressions: Map<ArmId, ArmRegressions>;
}

export const emptyUseCase = (tenant: TenantId, useCase: UseCase): UseCaseState => ({
  tenant,
  useCase,
  arms: new Map(),
  segments: new Map(),
  residuals: new Map(),
  regressions: new Map(),
});
