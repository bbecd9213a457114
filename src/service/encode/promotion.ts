import { isVisibleTo } from '../../core/audit/audit-entry.js';
import {
  canaryId,
  statusOf,
  type GateRecord,
  type PromotionState,
} from '../../core/promotion/promotion-state.js';
import type { Promotion, PromotionGate } from '../../gen/sextant/v1/promotion.js';
import { visibleActor } from './audit.js';
import { gateStatusEnum, promotionGateEnum, promotionStatusEnum } from './enums.js';
import { timestampFromMs } from './time.js';

/** A promotion as a tenant may see it: what was found is told to the tenant alone that started it. */
export function encodePromotion(state: PromotionState, tenant: string): Promotion {
  const { number, candidateVersion, baseVersion, isRehearsal, startTimeMs, startedBy, gates, end } = state;
  const isTold = isVisibleTo(startedBy, tenant);
  return {
    number,
    candidateVersion,
    baseVersion,
    status: promotionStatusEnum.encode(statusOf(state)),
    dryRun: isRehearsal,
    startTime: timestampFromMs(startTimeMs),
    startedBy: visibleActor(startedBy, tenant),
    reason: isTold ? state.reason : '',
    endTime: end && timestampFromMs(end.timeMs),
    endedBy: end && visibleActor(end.by, tenant),
    endReason: isTold ? (end?.reason ?? '') : '',
    gates: gates.map((gate) => encodeGate(gate, isTold)),
    settings: isTold ? { ...state.settings } : undefined,
    experiment: gates.some(({ gate }) => gate === 'canary') ? canaryId(state) : '',
  };
}

const encodeGate = (record: GateRecord, isTold: boolean): PromotionGate => ({
  kind: promotionGateEnum.encode(record.gate),
  status: gateStatusEnum.encode(record.status),
  startTime: timestampFromMs(record.startTimeMs),
  endTime: record.endTimeMs === undefined ? undefined : timestampFromMs(record.endTimeMs),
  findings: isTold ? [...record.findings] : [],
  figures: isTold ? { ...record.figures } : {},
});
