import type { Logger } from 'pino';
import type { AuditConfig } from '../config/config.js';
import type { Actor, AuditAction, AuditEntry } from '../core/audit/audit-entry.js';
import { auditValue, isVisibleTo } from '../core/audit/audit-entry.js';
import type { DocumentChange, DocumentStore, StoredDocument } from '../store/ports.js';
import { SerialQueue } from '../store/serial-queue.js';
import { auditName, decodeAuditEntry, encodeAuditEntry, sequenceOf } from './audit-document.js';
import { available } from './available.js';

const AUDIT_KIND = 'audit';
const ENTRIES_AT_ONCE = 100;
/** A page ends after so many entries were looked at, however few fitted the filter. */
const SCAN_MAX = 2_000;
/** A page ends after so many bytes, so that it stays well below the largest message. */
const PAGE_MAX_BYTES = 1 << 20;

export interface AuditRetention {
  readonly maxEntries: number;
  readonly keepMs: number;
}

const MS_PER_DAY = 86_400_000;

export const retentionOf = ({ keepDays, maxEntries }: AuditConfig): AuditRetention => ({
  maxEntries,
  keepMs: keepDays * MS_PER_DAY,
});

export interface AuditLogOptions {
  readonly documents: DocumentStore;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly retention: AuditRetention;
}

/** A change that is about to be made. */
export interface AuditDraft {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly target: string;
  readonly before?: object;
  readonly after?: object;
  readonly policyVersion: string;
  readonly reason?: string;
}

/** Which entries are asked for. */
export interface AuditFilter {
  /** Whose tenant looks; absent where it is not told who did it. */
  readonly tenant?: string;
  readonly actions?: readonly AuditAction[];
  readonly target?: string;
  readonly startMs?: number;
  readonly endMs?: number;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page starts; absent on the last. */
  readonly before?: number;
}

/**
 * Owns the audit log: who changed what, in order, in the same atomic write as the change.
 *
 * Invariant: sequences grow by one, times never go back; the newest entry is never removed, so that no
 * sequence is given twice.
 */
export class AuditLog {
  private readonly changes = new SerialQueue();
  private next = 1;
  private lastMs = 0;
  private oldest: { sequence: number; timeMs: number } | undefined;

  private constructor(private readonly options: AuditLogOptions) {}

  /** @throws StoreError where the log cannot be read. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const log = new AuditLog(options);
    const [newest] = await options.documents.span(AUDIT_KIND, { order: 'descending', limit: 1 });
    if (newest !== undefined) {
      log.next = sequenceOf(newest.name) + 1;
      log.lastMs = entryOf(newest).timeMs;
    }
    await log.readOldest();
    await log.prune();
    return log;
  }

  /**
   * Makes changes of documents and tells of them, in one atomic and durable write.
   * @returns false where a document's revision was not the expected one: nothing was written then.
   * @throws SextantError STORE_UNAVAILABLE; whether it was written is then known after the next start.
   */
  record(draft: AuditDraft, changes: readonly DocumentChange[]): Promise<boolean> {
    return this.changes.run(async () => {
      const { documents, logger } = this.options;
      const timeMs = Math.max(this.options.nowMs(), this.lastMs);
      const entry = entryFrom(draft, { sequence: this.next, timeMs });
      const told = {
        kind: AUDIT_KIND,
        name: auditName(entry.sequence),
        expectedRevision: 0,
        body: encodeAuditEntry(entry),
      };
      if (!(await available(documents.commit([...changes, told])))) return false;
      this.next += 1;
      this.lastMs = timeMs;
      this.oldest ??= entry;
      logger.info(lineOf(draft, entry), draft.action);
      await this.prune();
      return true;
    });
  }

  /** The newest entries before a sequence that fit, the newest first. @throws SextantError STORE_UNAVAILABLE. */
  async page(
    filter: AuditFilter,
    { before, limit }: { readonly before?: number; readonly limit: number },
  ): Promise<AuditPage> {
    const found: AuditEntry[] = [];
    let [end, looked, bytes] = [before, 0, 0];
    for (;;) {
      const documents = await available(
        this.options.documents.span(AUDIT_KIND, {
          order: 'descending',
          limit: ENTRIES_AT_ONCE,
          ...(end !== undefined && { before: auditName(end) }),
        }),
      );
      for (const document of documents) {
        const entry = entryOf(document);
        if (entry.timeMs < (filter.startMs ?? 0)) return { entries: found };
        if (fits(entry, filter)) {
          // Only now is it known that there is one more.
          if (found.length === limit) return { entries: found, before: end! };
          found.push(entry);
          bytes += document.body.length;
        }
        end = entry.sequence;
        looked += 1;
        if (bytes > PAGE_MAX_BYTES || looked >= SCAN_MAX) return { entries: found, before: end };
      }
      if (documents.length < ENTRIES_AT_ONCE) return { entries: found };
    }
  }

  /** Removes what retention lets go of. What was recorded stands, whatever becomes of this. */
  private async prune(): Promise<void> {
    try {
      while (this.oldest !== undefined && this.isExpired(this.oldest)) {
        const { documents } = this.options;
        const oldest = await documents.span(AUDIT_KIND, { order: 'ascending', limit: ENTRIES_AT_ONCE });
        const expired = oldest.filter((document) => this.isExpired(entryOf(document)));
        await documents.commit(
          expired.map(({ kind, name, revision }) => ({ kind, name, expectedRevision: revision })),
        );
        await this.readOldest();
      }
    } catch (error) {
      this.options.logger.warn({ err: error }, 'audit entries beyond retention were not removed');
    }
  }

  private isExpired({ sequence, timeMs }: { sequence: number; timeMs: number }): boolean {
    const { retention, nowMs } = this.options;
    if (sequence === this.next - 1) return false;
    return sequence < this.next - retention.maxEntries || timeMs < nowMs() - retention.keepMs;
  }

  private async readOldest(): Promise<void> {
    const [oldest] = await this.options.documents.span(AUDIT_KIND, { order: 'ascending', limit: 1 });
    this.oldest = oldest && entryOf(oldest);
  }
}

const entryOf = ({ name, body }: StoredDocument): AuditEntry => decodeAuditEntry(sequenceOf(name), body);

function entryFrom(draft: AuditDraft, position: { sequence: number; timeMs: number }): AuditEntry {
  const { before, after, reason = '', ...rest } = draft;
  return {
    ...position,
    ...rest,
    reason,
    ...(before !== undefined && { before: auditValue(before) }),
    ...(after !== undefined && { after: auditValue(after) }),
  };
}

function fits(entry: AuditEntry, { tenant, actions, target, endMs }: AuditFilter): boolean {
  return (
    (tenant === undefined || isVisibleTo(entry.actor, tenant)) &&
    (actions === undefined || actions.includes(entry.action)) &&
    (target === undefined || entry.target === target) &&
    (endMs === undefined || entry.timeMs < endMs)
  );
}

function targetKind(action: AuditAction): string {
  if (action.startsWith('policy ')) return 'policyVersion';
  return action.slice(0, action.indexOf(' '));
}

/** The same in the log of the process, for those who gather logs. */
function lineOf({ actor, action, target, before, after }: AuditDraft, entry: AuditEntry): object {
  return {
    audit: true,
    auditSequence: entry.sequence,
    principal: actor.name,
    ...(actor.tenant !== '' && { tenant: actor.tenant }),
    [targetKind(action)]: target,
    before,
    after,
    ...(entry.reason !== '' && { reason: entry.reason }),
  };
}
