import { blockRange, metaKey, parseBlockKey } from '../keys.js';
import { decodeBlock } from '../outcome-codec.js';
import { seal, unseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import { StoreError } from '../store-error.js';
import type { Database, Operation } from './database.js';
import { readLogBase } from './log-base.js';

/** The positions that the outcome log holds: `base ≤ sequence < head`. */
export interface LogExtent {
  readonly base: number;
  readonly head: number;
  /** Decisions before it are forgotten; milliseconds since the Unix epoch. */
  readonly floorMs: number;
}

/** The extent as it is on disk, and a queue for those who change it: each has to start from what the last one wrote. */
export class ExtentInUse {
  private readonly turns = new SerialQueue();

  constructor(private current: LogExtent) {}

  get now(): LogExtent {
    return this.current;
  }

  /** @param work writes a changed extent, and resolves with it once it is on disk; without one it stays as it is. */
  change(work: (extent: LogExtent) => Promise<LogExtent | undefined>): Promise<void> {
    return this.turns.run(async () => {
      const changed = await work(this.current);
      if (changed !== undefined) this.current = changed;
    });
  }

  /** Resolves when nobody changes it. */
  settle(): Promise<void> {
    return this.turns.run(() => Promise.resolve());
  }
}

const EXTENT_KEY = metaKey('log');
const EXTENT_BYTES = 24;
const KEYS_AT_ONCE = 1000;
/** Blocks whose content is checked at open; folding the log checks the rest. */
const CHECKED_BLOCKS = 16;

/** Goes into the batch that changes the extent. */
export function putExtent({ base, head, floorMs }: LogExtent): Operation {
  const body = Buffer.allocUnsafe(EXTENT_BYTES);
  body.writeBigUInt64BE(BigInt(base), 0);
  body.writeBigUInt64BE(BigInt(head), 8);
  body.writeBigUInt64BE(BigInt(floorMs), 16);
  return { type: 'put', key: EXTENT_KEY, value: seal(EXTENT_KEY, body) };
}

/**
 * Reads the extent and proves that the log fills it without a gap.
 *
 * @param markedHead a head that is known to have been on disk; 0 where none is.
 * @throws StoreError `STORE_CORRUPT`.
 */
export async function verifyExtent(db: Database, markedHead: number): Promise<LogExtent> {
  const extent = await readExtent(db);
  await readLogBase(db, extent);
  await walkKeys(db, extent);
  if (markedHead > extent.head) {
    throw corrupt(`it ends at ${extent.head}, but was written up to ${markedHead}`);
  }
  const last = db.iterator({ ...blockRange(0), reverse: true, limit: CHECKED_BLOCKS });
  for await (const [key, value] of last) decodeBlock(value, parseBlockKey(key).firstSequence);
  return extent;
}

/** @throws StoreError `STORE_CORRUPT`. */
export async function readExtent(db: Database): Promise<LogExtent> {
  return extentOf(await db.get(EXTENT_KEY));
}

/** What a value under the extent's key says. Format 1 had no floor. @throws StoreError `STORE_CORRUPT`. */
export function extentOf(sealed: Buffer | undefined): LogExtent {
  if (sealed === undefined) throw corrupt('its extent is missing');
  const body = unseal(EXTENT_KEY, sealed, () => 'the extent of the outcome log');
  return {
    base: Number(body.readBigUInt64BE(0)),
    head: Number(body.readBigUInt64BE(8)),
    floorMs: body.length < EXTENT_BYTES ? 0 : Number(body.readBigUInt64BE(16)),
  };
}

async function walkKeys(db: Database, { base, head }: LogExtent): Promise<void> {
  const keys = db.keys({ ...blockRange(0), highWaterMarkBytes: 1 << 18 });
  let expected = base;
  try {
    for (;;) {
      const chunk = await keys.nextv(KEYS_AT_ONCE);
      if (chunk.length === 0) break;
      for (const key of chunk) {
        const { firstSequence, count } = parseBlockKey(key);
        if (firstSequence !== expected) {
          throw corrupt(`${expected} should come next, but the next block starts at ${firstSequence}`);
        }
        expected += count;
      }
    }
  } finally {
    await keys.close();
  }
  if (expected !== head) throw corrupt(`it should end at ${head}, but ends at ${expected}`);
}

function corrupt(why: string): StoreError {
  return new StoreError('STORE_CORRUPT', `the outcome log has a gap: ${why}. Restore a backup`);
}
