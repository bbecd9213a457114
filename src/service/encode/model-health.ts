import type { BreakerView } from '../../core/availability/breaker-state.js';
import type { ModelId } from '../../core/registry/model.js';
import type { ModelHealth } from '../../gen/sextant/v1/insight.js';
import type { PastHealth } from '../../runtime/health-history.js';
import { breakerStateEnum, outcomeStatusEnum } from './enums.js';
import { durationFromMs, timestampFromMs } from './time.js';

/** A model of which nothing was reported is closed. */
const UNREPORTED: BreakerView = {
  state: 'closed',
  counts: { calls: 0, failures: 0 },
  consecutiveFailures: 0,
  probesInFlight: 0,
};

export function encodeModelHealth(
  model: ModelId,
  { transitions, statuses }: PastHealth,
  view: BreakerView = UNREPORTED,
): ModelHealth {
  const { state, sinceMs, untilMs, reason, counts, consecutiveFailures, lastFailure, probesInFlight } = view;
  return {
    model,
    state: breakerStateEnum.encode(state),
    ...(sinceMs !== undefined && { sinceTime: timestampFromMs(sinceMs) }),
    ...(untilMs !== undefined && { untilTime: timestampFromMs(untilMs) }),
    reason: reason ?? '',
    calls: counts.calls,
    ...(counts.calls > 0 && { failureRate: counts.failures / counts.calls }),
    consecutiveFailures,
    ...(lastFailure && { lastFailure: encodeFailure(lastFailure) }),
    probesInFlight,
    changes: transitions.map(({ from, to, atMs, ...transition }) => ({
      time: timestampFromMs(atMs),
      from: breakerStateEnum.encode(from),
      to: breakerStateEnum.encode(to),
      reason: transition.reason ?? '',
    })),
    statuses: statuses.map(({ status, count }) => ({
      status: outcomeStatusEnum.encode(status),
      calls: BigInt(count),
    })),
  };
}

function encodeFailure({ status, eventTimeMs, retryAfterMs }: NonNullable<BreakerView['lastFailure']>) {
  return {
    status: outcomeStatusEnum.encode(status),
    time: timestampFromMs(eventTimeMs),
    ...(retryAfterMs !== undefined && { retryAfter: durationFromMs(retryAfterMs) }),
  };
}
