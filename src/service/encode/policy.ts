import type { Fault } from '../../core/fault.js';
import { isVisibleTo } from '../../core/audit/audit-entry.js';
import type { JsonChange, JsonChangeKind } from '../../core/policy/json-diff.js';
import type { FileDiff } from '../../core/policy/policy-diff.js';
import { keptVersion, type KeptVersion, type PolicyHistory } from '../../core/policy/policy-history.js';
import {
  PolicyChangeKind,
  type GetActivePolicyResponse,
  type PolicyChange,
  type PolicyFault,
  type PolicyFileDiff,
  type PolicyPin,
  type PolicyVersion,
} from '../../gen/sextant/v1/policy.js';
import type { PolicyKeeper } from '../../runtime/policy-keeper.js';
import { LIMITS } from '../limits.js';
import { visibleActor } from './audit.js';
import { timestampFromMs } from './time.js';

/** What is in force, as a tenant may see it. */
export function encodeActive(policies: PolicyKeeper, tenant: string): GetActivePolicyResponse {
  const { policy, activeSinceMs, rejected, waitingVersion, history } = policies;
  const kept = keptVersion(history, policy.version);
  return {
    version: policy.version,
    activateTime: timestampFromMs(activeSinceMs),
    ruleCount: policy.rules.rules.length,
    fileModelCount: policy.models.length,
    rejectedVersion: rejected?.version ?? '',
    faults: (rejected?.faults ?? []).map(encodeFault),
    pin: encodePin(history, tenant),
    waitingVersion: waitingVersion ?? '',
    activatedBy: kept && visibleActor(kept.activatedBy, tenant),
  };
}

function encodePin({ activeVersion, pin }: PolicyHistory, tenant: string): PolicyPin | undefined {
  return (
    pin && {
      version: activeVersion,
      pinTime: timestampFromMs(pin.pinTimeMs),
      pinnedBy: visibleActor(pin.pinnedBy, tenant),
      reason: isVisibleTo(pin.pinnedBy, tenant) ? pin.reason : '',
    }
  );
}

export function encodeVersion(kept: KeptVersion, history: PolicyHistory, tenant: string): PolicyVersion {
  const active = kept.version === history.activeVersion;
  return {
    version: kept.version,
    firstActivateTime: timestampFromMs(kept.firstActivateTimeMs),
    activateTime: timestampFromMs(kept.activateTimeMs),
    activatedBy: visibleActor(kept.activatedBy, tenant),
    activationCount: BigInt(kept.activationCount),
    files: kept.files.map(({ file, sizeBytes, sha256 }) => ({ file, sizeBytes: BigInt(sizeBytes), sha256 })),
    active,
    pinned: active && history.pin !== undefined,
  };
}

export const encodeFault = ({ file, path, reason, suggestion }: Fault): PolicyFault => ({
  file: file ?? '',
  path,
  reason,
  suggestion: suggestion ?? '',
});

const KINDS: Readonly<Record<JsonChangeKind, PolicyChangeKind>> = {
  added: PolicyChangeKind.ADDED,
  removed: PolicyChangeKind.REMOVED,
  changed: PolicyChangeKind.CHANGED,
  reordered: PolicyChangeKind.REORDERED,
};

export function encodeFileDiff({ file, kind, changes }: FileDiff): PolicyFileDiff {
  const shown = changes.slice(0, LIMITS.policyChangesMax);
  return {
    file,
    kind: KINDS[kind],
    changes: shown.map(encodeChange),
    omittedChanges: changes.length - shown.length,
  };
}

function encodeChange({ kind, pointer, element, before, after }: JsonChange): PolicyChange {
  const values = [before, after].map((value) => (value === undefined ? '' : JSON.stringify(value)));
  const [beforeJson, afterJson] = values.map((json) => (isTooLong(json) ? '' : json));
  return {
    kind: KINDS[kind],
    pointer,
    element,
    beforeJson: beforeJson!,
    afterJson: afterJson!,
    valueOmitted: values.some(isTooLong),
  };
}

const isTooLong = (json: string): boolean => Buffer.byteLength(json) > LIMITS.policyChangeValueMaxBytes;
