import { beliefScope, type BeliefScope } from '../bandit/belief-scope.js';
import { contextValues, contextVector, type ContextVector } from '../context/context-vector.js';
import { analyzeRequest } from './profile-request.js';
import { contextLayoutOf } from './policy.js';
import type { RequestProfile } from '../profile.js';
import type { Question } from './question.js';
import { segmentOf } from './segment.js';
import type { DecisionSnapshot } from './snapshot.js';

/** What a request is like, and where what is believed of it is read. */
export interface RequestScope {
  readonly profile: RequestProfile;
  readonly segment: string;
  /** Absent where the policy reads none. */
  readonly context?: ContextVector;
  readonly contextMapId: number;
  readonly scope: BeliefScope;
}

/** @param logged the context of a decision that is gone through again, its text being gone. */
export function requestScope(
  { policy, learning }: DecisionSnapshot,
  { tenant, useCase, input }: Pick<Question, 'tenant' | 'useCase' | 'input'>,
  { nowMs, logged }: { readonly nowMs: number; readonly logged?: ContextVector | undefined },
): RequestScope {
  const analyzed = analyzeRequest(input, policy.complexity);
  const { profile } = analyzed;
  const segment = segmentOf(profile, policy.bandit.segmentBy);
  const { poolingStrength, linear: settings } = policy.bandit;
  const { messages, embedding } = input;
  const layout = contextLayoutOf(policy);
  const context =
    layout.size > 0
      ? (logged ?? contextVector({ ...analyzed, messages, ...(embedding && { embedding }) }, layout))
      : undefined;
  const linear = context && { x: contextValues(context), settings };
  const scope = beliefScope(learning, {
    tenant,
    useCase,
    segment,
    poolingStrength,
    nowMs,
    ...(linear && { linear }),
  });
  return { profile, segment, ...(context && { context }), contextMapId: layout.mapId, scope };
}
