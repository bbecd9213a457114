import {
  AUDIT_ACTIONS,
  isVisibleTo,
  type Actor,
  type AuditAction,
  type AuditEntry,
} from '../../core/audit/audit-entry.js';
import type { AuditEntry as WireEntry, AuditPrincipal } from '../../gen/sextant/v1/audit.js';
import { timestampFromMs } from './time.js';

/** An entry of the audit log for those who may see it. */
export function encodeAuditEntry(entry: AuditEntry): WireEntry {
  const { sequence, timeMs, actor, action, target, before, after, policyVersion, reason } = entry;
  return {
    sequence: BigInt(sequence),
    time: timestampFromMs(timeMs),
    principal: encodeActor(actor),
    action: encodeAuditAction(action),
    target,
    before: before && { ...before },
    after: after && { ...after },
    policyVersion,
    reason,
  };
}

/** The contract numbers them in this order. */
export const encodeAuditAction = (action: AuditAction): number => AUDIT_ACTIONS.indexOf(action) + 1;

/** Who did something, unless they are of another tenant. */
export const visibleActor = (actor: Actor, tenant: string): AuditPrincipal | undefined =>
  isVisibleTo(actor, tenant) ? encodeActor(actor) : undefined;

const encodeActor = ({ name, tenant, roles }: Actor): AuditPrincipal => ({ name, tenant, roles: [...roles] });
