import type { LearningState } from '../learning/learning-state.js';
import type { ScopeArms, UseCaseState } from '../learning/use-case-state.js';
import { qualitySlopes, type LinearScope } from './linear/linear-belief.js';
import type { LinearSettings } from './settings.js';

/** Where beliefs are read: one tenant's use case, one segment of it, at one time. */
export interface BeliefScope {
  readonly state: LearningState;
  readonly tenantArms: ScopeArms | undefined;
  readonly useCase: UseCaseState | undefined;
  readonly segment: string;
  readonly nowMs: number;
  /** n₀: how many outcomes a scope may borrow from the one above. */
  readonly poolingStrength: number;
  readonly qualityFactor: number;
  readonly successFactor: number;
  readonly tokensFactor: number;
  readonly latencyFactor: number;
  /** Where the policy reads regressions on the context. */
  readonly linear?: LinearScope;
}

type BeliefAddress = Pick<UseCaseState, 'tenant' | 'useCase'> & {
  readonly segment: string;
  readonly poolingStrength: number;
  readonly nowMs: number;
  /** The context's values and how regressions are read; absent for beliefs per segment. */
  readonly linear?: { readonly x: Float64Array; readonly settings: LinearSettings };
};

/** Fixes the scope and the decay once per request. */
export function beliefScope(state: LearningState, address: BeliefAddress): BeliefScope {
  const { tenant, useCase: name, segment, poolingStrength, nowMs } = address;
  const useCase = state.useCase(tenant, name);
  const qualityFactor = state.readFactor('quality', nowMs);
  const tokensFactor = state.readFactor('tokens', nowMs);
  const regressions = state.regressionsOf(tenant);
  const linear = address.linear && {
    ...address.linear,
    regressions,
    revision: state.revision,
    useCase,
    qualityFactor,
    tokensFactor,
    slopes: qualitySlopes({ regressions, settings: address.linear.settings, qualityFactor }),
  };
  return {
    state,
    tenantArms: state.tenants.get(tenant),
    useCase,
    segment,
    nowMs,
    poolingStrength,
    qualityFactor,
    successFactor: state.readFactor('success', nowMs),
    tokensFactor,
    latencyFactor: state.readFactor('latency', nowMs),
    ...(linear && { linear }),
  };
}
