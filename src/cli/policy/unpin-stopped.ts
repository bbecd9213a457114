import { pino } from 'pino';
import type { Config } from '../../config/config.js';
import { OPERATOR } from '../../core/audit/audit-entry.js';
import { unpinned } from '../../core/policy/policy-history.js';
import { AuditLog, retentionOf } from '../../runtime/audit-log.js';
import { PolicyArchive } from '../../runtime/policy-archive.js';
import { openLevelStore } from '../../store/level/open-level-store.js';
import { StoreError } from '../../store/store-error.js';
import { shortVersion } from '../plain-output.js';

/**
 * Lets go of the pin in the store of a stopped server, for one that cannot start on the pinned version.
 * @returns the exit code.
 */
export async function unpinStopped(config: Config, reason: string): Promise<number> {
  try {
    const store = await openLevelStore(config.store.path, { createIfMissing: false });
    try {
      const audit = await AuditLog.open({
        documents: store.documents,
        logger: pino({ level: 'silent' }),
        nowMs: () => Date.now(),
        retention: retentionOf(config.audit),
      });
      const archive = await PolicyArchive.open(store.documents, audit);
      const { pin, activeVersion } = archive.history;
      if (pin === undefined) {
        console.error('no version is pinned');
        return 1;
      }
      const history = unpinned(archive.history);
      await archive.commit({ history, sources: [], actor: OPERATOR, action: 'policy unpinned', reason });
      console.log(
        `${shortVersion(activeVersion)} is no longer pinned: the next start takes the folder's content`,
      );
      return 0;
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return 1;
  }
}
