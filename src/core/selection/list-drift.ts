import { armBelief } from '../bandit/belief.js';
import { beliefScope } from '../bandit/belief-scope.js';
import { isShown, type Drift } from '../bandit/drift.js';
import { priorsAt } from '../bandit/priors.js';
import type { TenantId, UseCase } from '../ids.js';
import { RESIDUAL_METRICS, type ResidualMetric } from '../learning/residual-sums.js';
import type { UseCaseState } from '../learning/use-case-state.js';
import type { Arm } from './arm.js';
import { contextLayoutOf } from './policy.js';
import type { DecisionSnapshot } from './snapshot.js';

/** A metric whose drift decisions act on at this moment, beyond its own error. */
export interface ArmDrift {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly arm: Arm;
  readonly metric: ResidualMetric;
  readonly drift: Drift;
}

/**
 * Every arm of which a metric has drifted by what recent outcomes say, in any use case: what a request of an average
 * context would be decided with. Arms of models that are gone are left out, and shifts within their own error.
 */
export function listDrift(snapshot: DecisionSnapshot, nowMs: number): ArmDrift[] {
  return snapshot.learning.useCases.flatMap((state) => driftIn(state, snapshot, nowMs));
}

/** The same of one use case alone. */
export function driftIn(state: UseCaseState, snapshot: DecisionSnapshot, nowMs: number): ArmDrift[] {
  const { policy, learning, armById } = snapshot;
  const { tenant, useCase } = state;
  const { size } = contextLayoutOf(policy);
  const x = new Float64Array(size);
  x[0] = 1;
  const scope = beliefScope(learning, {
    tenant,
    useCase,
    segment: '',
    poolingStrength: policy.bandit.poolingStrength,
    nowMs,
    ...(size > 0 && { linear: { x, settings: policy.bandit.linear } }),
  });
  return [...state.arms.keys()].flatMap((armId) => {
    const arm = armById.get(armId);
    if (arm === undefined) return [];
    const { drifts } = armBelief(scope, priorsAt(arm.priorTable, useCase, undefined), armId, arm.kin);
    return RESIDUAL_METRICS.flatMap((metric) => {
      const drift = drifts[metric];
      return drift === undefined || !isShown(drift) ? [] : [{ tenant, useCase, arm, metric, drift }];
    });
  });
}
