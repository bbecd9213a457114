import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ScrubOptions, ScrubReport } from '../ports.js';
import type { Database } from './database.js';
import { storeErrorOf } from './level-error.js';
import type { ExtentInUse } from './log-extent.js';
import { ScrubCheck } from './scrub-check.js';

const CHUNK_BYTES = 1 << 17;
const ENTRIES_AT_ONCE = 200;
const MS_PER_SECOND = 1_000;
/** A check that took longer lets others have their turn first. */
const TURN_MS = 2;

/**
 * Reads a whole database, as it stands at this moment, and holds it against its checksums and against itself. A little
 * at a time, and no faster than it is told.
 *
 * @throws StoreError `STORE_IO` where it cannot be read.
 */
export async function scrubDatabase(
  db: Database,
  extent: ExtentInUse,
  { bytesPerSecond = Infinity, signal }: ScrubOptions = {},
): Promise<ScrubReport> {
  const check = new ScrubCheck({
    floorMs: () => extent.now.floorMs,
    lookUp: (keys) => db.getMany([...keys]),
  });
  const iterator = db.iterator({ highWaterMarkBytes: CHUNK_BYTES });
  const startedMs = performance.now();
  let bytes = 0;
  try {
    for (;;) {
      if (signal?.aborted === true) return check.report(bytes, false);
      const chunk = await iterator.nextv(ENTRIES_AT_ONCE);
      if (chunk.length === 0) return check.report(bytes, true);
      let turnMs = performance.now();
      for (const [key, value] of chunk) {
        bytes += key.length + value.length;
        await check.entry(key, value);
        if (performance.now() - turnMs < TURN_MS) continue;
        await nextTurn();
        turnMs = performance.now();
      }
      const dueMs = startedMs + (bytes / bytesPerSecond) * MS_PER_SECOND;
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await sleep(waitMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  } catch (error) {
    throw storeErrorOf(error, 'cannot read the store through');
  } finally {
    await iterator.close();
  }
}
