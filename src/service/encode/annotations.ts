import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import type { DriftPeriod, ListAnnotationsResponse } from '../../gen/sextant/v1/insight.js';
import type { Annotations } from '../../runtime/annotations.js';
import type { DriftPeriod as CorePeriod } from '../../runtime/drift-history.js';
import { encodeAuditAction } from './audit.js';
import { encodeDrift } from './drift.js';
import { timestampFromMs } from './time.js';

export function encodeAnnotations(
  { policies, drifts, driftSinceMs }: Annotations,
  snapshot: Pick<DecisionSnapshot, 'variantOfArm'>,
): ListAnnotationsResponse {
  return {
    policyActivations: policies.map(({ timeMs, version, action }) => ({
      time: timestampFromMs(timeMs),
      version,
      action: encodeAuditAction(action),
    })),
    driftPeriods: drifts.map((period) => encodePeriod(period, snapshot)),
    driftSinceTime: timestampFromMs(driftSinceMs),
  };
}

const encodePeriod = (
  { strongest, startMs, isFromBefore, endMs }: CorePeriod,
  snapshot: Pick<DecisionSnapshot, 'variantOfArm'>,
): DriftPeriod => ({
  strongest: encodeDrift(strongest, snapshot),
  startTime: timestampFromMs(startMs),
  beganBefore: isFromBefore,
  ...(endMs !== undefined && { endTime: timestampFromMs(endMs) }),
});
