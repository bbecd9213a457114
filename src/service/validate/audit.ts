import { AUDIT_ACTIONS } from '../../core/audit/audit-entry.js';
import type { Timestamp } from '../../gen/google/protobuf/timestamp.js';
import type { ListAuditEntriesRequest } from '../../gen/sextant/v1/audit.js';
import type { AuditFilter } from '../../runtime/audit-log.js';
import { msFromTimestamp } from '../encode/time.js';
import { LIMITS } from '../limits.js';
import { pageSize, readPageToken } from '../page.js';
import { Violations } from './violations.js';

export interface AuditQuery {
  readonly filter: AuditFilter;
  readonly page: { readonly before?: number; readonly limit: number };
}

/** @throws SextantError INVALID_FIELD with every violation. */
export function decodeAuditQuery(request: ListAuditEntriesRequest, tenant: string): AuditQuery {
  const violations = new Violations();
  const limits = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };
  const limit = pageSize(request.pageSize, limits, violations);
  const before = readPageToken(request.pageToken, violations);
  if (before !== '' && !/^[1-9]\d{0,15}$/.test(before))
    violations.add('page_token', 'is not a token of this server');
  const actions = request.actions.slice(0, AUDIT_ACTIONS.length).flatMap((value, i) => {
    const action = AUDIT_ACTIONS[value - 1];
    if (action === undefined) violations.add(`actions[${i}]`, `${value} is not an action`);
    return action === undefined ? [] : [action];
  });
  if (request.actions.length > AUDIT_ACTIONS.length)
    violations.add('actions', `must have at most ${AUDIT_ACTIONS.length} entries`);
  violations.text('target', request.target, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
  const startMs = timeMs(request.startTime);
  const endMs = timeMs(request.endTime);
  if (startMs !== undefined && endMs !== undefined && endMs < startMs)
    violations.add('end_time', 'must not be before start_time');
  violations.throwIfAny();
  const filter: AuditFilter = {
    tenant,
    ...(actions.length > 0 && { actions }),
    ...(request.target !== '' && { target: request.target }),
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
  };
  return { filter, page: { limit, ...(before !== '' && { before: Number(before) }) } };
}

const timeMs = (time: Timestamp | undefined): number | undefined => time && msFromTimestamp(time);
