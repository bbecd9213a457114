import type { KeyRange } from '../keys.js';
import type { Database } from './database.js';

const ENTRIES_AT_ONCE = 1000;
const CHUNK_BYTES = 1 << 20;

type Entries = readonly (readonly [Buffer, Buffer])[];

/** A range's entries in chunks; while a chunk is decoded, another thread fetches the next. */
export class BlockChunks {
  private readonly iterator;
  private ahead: Promise<Entries>;

  constructor(db: Database, range: KeyRange) {
    this.iterator = db.iterator({ ...range, highWaterMarkBytes: CHUNK_BYTES });
    this.ahead = this.fetch();
  }

  /** The next chunk; an empty one at the end. */
  async next(): Promise<Entries> {
    const entries = await this.ahead;
    if (entries.length > 0) this.ahead = this.fetch();
    return entries;
  }

  async close(): Promise<void> {
    await this.iterator.close();
  }

  private fetch(): Promise<Entries> {
    const entries = this.iterator.nextv(ENTRIES_AT_ONCE);
    // A failure comes up in `next`; a reader that leaves early never asks.
    entries.catch(() => undefined);
    return entries;
  }
}
