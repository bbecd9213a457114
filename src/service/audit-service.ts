import type { AuditServiceServer } from '../gen/sextant/v1/audit.js';
import type { AuditLog } from '../runtime/audit-log.js';
import { encodeAuditEntry } from './encode/audit.js';
import { unary, type HandlerContext } from './handler.js';
import { pageToken } from './page.js';
import { decodeAuditQuery } from './validate/audit.js';

/** Reads the audit log. */
export function auditService(context: HandlerContext, audit: AuditLog): AuditServiceServer {
  return {
    listAuditEntries: unary(context, 'admin', async (request, { tenant }) => {
      const { filter, page } = decodeAuditQuery(request, tenant);
      const { entries, before } = await audit.page(filter, page);
      return {
        entries: entries.map(encodeAuditEntry),
        nextPageToken: before === undefined ? '' : pageToken(String(before)),
      };
    }),
  };
}
