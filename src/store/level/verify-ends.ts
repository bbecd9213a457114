import { StoreError } from '../store-error.js';
import type { Database } from './database.js';
import { totalKey, totalOf, type SpaceTotal } from './space-total.js';
import type { Marked } from './head-mark.js';
import { verifyExtent, type LogExtent } from './log-extent.js';

/**
 * What an opening proves: the log has no gap, its base and its last blocks are sound, and nothing that was marked as
 * written is missing at the end.
 *
 * @throws StoreError `STORE_CORRUPT`.
 */
export async function verifyEnds(
  db: Database,
  marked: Marked | undefined,
): Promise<{ readonly extent: LogExtent; readonly total: SpaceTotal; readonly decisions: SpaceTotal }> {
  const extent = await verifyExtent(db, marked?.head ?? 0);
  const total = totalOf('documents', await db.get(totalKey('documents')));
  const decisions = totalOf('decisions', await db.get(totalKey('decisions')));
  const commits = marked?.commits ?? 0;
  if (commits > total.commits) {
    throw new StoreError(
      'STORE_CORRUPT',
      `documents were changed ${commits} times, but the store knows of ${total.commits}: its end is gone. Restore a backup`,
    );
  }
  return { extent, total, decisions };
}
