import { AUDIT_ACTIONS, type Actor, type AuditEntry, type AuditValue } from '../core/audit/audit-entry.js';
import { AuditRecord, type ActorRecord, type AuditValueRecord } from '../gen/sextant/storage/v1/storage.js';

const SEQUENCE_DIGITS = 16;

/** Of fixed width, so that names sort as sequences do. */
export const auditName = (sequence: number): string => String(sequence).padStart(SEQUENCE_DIGITS, '0');

export const sequenceOf = (name: string): number => Number(name);

export function encodeAuditEntry(entry: AuditEntry): Uint8Array {
  const { timeMs, actor, action, target, before, after, policyVersion, reason } = entry;
  return AuditRecord.encode({
    timeMs: BigInt(timeMs),
    actor: actorRecord(actor),
    action: AUDIT_ACTIONS.indexOf(action) + 1,
    target,
    before: before && { ...before },
    after: after && { ...after },
    policyVersion,
    reason,
  }).finish();
}

/** @throws Error where the bytes are no entry that this version knows. */
export function decodeAuditEntry(sequence: number, body: Uint8Array): AuditEntry {
  const { timeMs, actor, action, target, before, after, policyVersion, reason } = AuditRecord.decode(body);
  const known = AUDIT_ACTIONS[action - 1];
  if (known === undefined) throw new Error(`audit entry ${sequence} has the unknown action ${action}`);
  return {
    sequence,
    timeMs: Number(timeMs),
    actor: actorOf(actor),
    action: known,
    target,
    ...(before !== undefined && { before: valueOf(before) }),
    ...(after !== undefined && { after: valueOf(after) }),
    policyVersion,
    reason,
  };
}

export const actorRecord = ({ name, tenant, roles }: Actor): ActorRecord => ({
  name,
  tenant,
  roles: [...roles],
});

export const actorOf = (record: ActorRecord | undefined): Actor => ({
  name: record?.name ?? '',
  tenant: record?.tenant ?? '',
  roles: record?.roles ?? [],
});

const valueOf = ({ json, omittedBytes }: AuditValueRecord): AuditValue => ({ json, omittedBytes });
