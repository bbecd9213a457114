import { snapshotKey } from '../keys.js';
import type { SnapshotStore } from '../ports.js';
import { seal, tryUnseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import type { Database } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { storeErrorOf } from './level-error.js';

const SLOTS = [0, 1] as const;
const GENERATION_BYTES = 8;

interface Saved {
  readonly slot: (typeof SLOTS)[number];
  readonly generation: number;
  readonly body: Buffer;
}

/**
 * The last two snapshots in LevelDB. A new one takes the place of the older, so that one that turns
 * out damaged leaves the other; a snapshot is a cache, and none at all is fine.
 */
export class LevelSnapshotStore implements SnapshotStore {
  private readonly saves = new SerialQueue();

  constructor(
    private readonly db: Database,
    private readonly writer: GuardedWriter,
  ) {}

  async load(): Promise<Uint8Array | undefined> {
    return (await this.newest())?.body;
  }

  async save(body: Uint8Array): Promise<void> {
    const value = Buffer.alloc(GENERATION_BYTES + body.length);
    value.set(body, GENERATION_BYTES);
    await this.saves.run(async () => {
      const newest = await this.newest();
      const key = snapshotKey(newest?.slot === 0 ? 1 : 0);
      value.writeBigUInt64BE(BigInt((newest?.generation ?? 0) + 1), 0);
      await this.writer.write([{ type: 'put', key, value: seal(key, value) }], { sync: true });
    });
  }

  private async newest(): Promise<Saved | undefined> {
    let newest: Saved | undefined;
    for (const slot of SLOTS) {
      const saved = await this.readSlot(slot);
      if (saved !== undefined && saved.generation > (newest?.generation ?? 0)) newest = saved;
    }
    return newest;
  }

  private async readSlot(slot: Saved['slot']): Promise<Saved | undefined> {
    const key = snapshotKey(slot);
    let sealed: Buffer | undefined;
    try {
      sealed = await this.db.get(key);
    } catch (error) {
      const failure = storeErrorOf(error, 'cannot read the snapshot');
      if (failure.code === 'STORE_CORRUPT') return undefined;
      throw failure;
    }
    const value = sealed && tryUnseal(key, sealed);
    if (value === undefined || value.length < GENERATION_BYTES) return undefined;
    return { slot, generation: Number(value.readBigUInt64BE(0)), body: value.subarray(GENERATION_BYTES) };
  }
}
