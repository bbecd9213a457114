import { StoreError } from '../store-error.js';
import type { Database } from './database.js';
import { totalKey, totalOf, type SpaceTotal } from './space-total.js';
import type { Marked } from './head-mark.js';
import { POSITION_KEY, positionOf } from './level-rollup-store.js';
import { verifyExtent, type LogExtent } from './log-extent.js';

export interface VerifiedEnds {
  readonly extent: LogExtent;
  /** Of documents. */
  readonly total: SpaceTotal;
  readonly decisions: SpaceTotal;
  readonly rollups: SpaceTotal;
  /** Position up to which rollups hold the outcome log. */
  readonly rolledUpTo: number;
}

/**
 * What an opening proves: the log has no gap, its base and its last blocks are sound, and nothing that was marked as
 * written is missing at the end.
 *
 * @throws StoreError `STORE_CORRUPT`.
 */
export async function verifyEnds(db: Database, marked: Marked | undefined): Promise<VerifiedEnds> {
  const extent = await verifyExtent(db, marked?.head ?? 0);
  const total = totalOf('documents', await db.get(totalKey('documents')));
  const decisions = totalOf('decisions', await db.get(totalKey('decisions')));
  const rollups = totalOf('rollups', await db.get(totalKey('rollups')));
  const rolledUpTo = positionOf(await db.get(POSITION_KEY));
  if (rolledUpTo > extent.head)
    throw new StoreError(
      'STORE_CORRUPT',
      `rollups hold outcomes up to ${rolledUpTo}, but the log ends at ${extent.head}. Restore a backup`,
    );
  const commits = marked?.commits ?? 0;
  if (commits > total.commits) {
    throw new StoreError(
      'STORE_CORRUPT',
      `documents were changed ${commits} times, but the store knows of ${total.commits}: its end is gone. Restore a backup`,
    );
  }
  return { extent, total, decisions, rollups, rolledUpTo };
}
