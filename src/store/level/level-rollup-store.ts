import type { RollupKey } from '../../core/rollup/rollup-book.js';
import type { RollupTier } from '../../core/rollup/tier.js';
import { metaKey, parseRollupKey, rollupKey, rollupRange, rollupsAfter } from '../keys.js';
import type { RollupRange, RollupRow, RollupStore } from '../ports.js';
import { seal, unseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import type { Database, Operation } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { storeErrorOf } from './level-error.js';
import { putTotal, sealedHash, totalAfter, type SpaceTotal } from './space-total.js';

const READ_AHEAD_BYTES = 1 << 20;
/** Between them others get their turns: a millisecond's work for who reads them. */
const ROWS_READ_AT_ONCE = 100;
const ROWS_REMOVED_AT_ONCE = 1_000;

export const POSITION_KEY = metaKey('rolled-up');

export interface LevelRollupStoreParts {
  readonly db: Database;
  readonly writer: GuardedWriter;
  /** As they are on disk. */
  readonly total: SpaceTotal;
  readonly foldedTo: number;
}

/** Rollups in LevelDB. */
export class LevelRollupStore implements RollupStore {
  private readonly changes = new SerialQueue();
  private total: SpaceTotal;
  private position: number;

  constructor(private readonly parts: LevelRollupStoreParts) {
    this.total = parts.total;
    this.position = parts.foldedTo;
  }

  foldedTo(): number {
    return this.position;
  }

  async get(keys: readonly RollupKey[]): Promise<readonly (Uint8Array | undefined)[]> {
    const bytes = keys.map(rollupKey);
    const found = await this.valuesOf(bytes);
    return found.map((value, i) => value && bodyOf(bytes[i]!, value));
  }

  async commit(rows: readonly RollupRow[], foldedTo: number): Promise<void> {
    await this.write(rows, [putPosition(foldedTo)], { sync: true });
    this.position = foldedTo;
  }

  /** Writes rows together with what else belongs to them, in one batch. @throws StoreError `STORE_IO`. */
  write(
    rows: readonly RollupRow[],
    also: readonly Operation[],
    { sync }: { readonly sync: boolean },
  ): Promise<void> {
    const entries = rows.map(({ key, body }) => {
      const bytes = rollupKey(key);
      return [bytes, seal(bytes, body)] as const;
    });
    return this.changes.run(async () => {
      const before = await this.valuesOf(entries.map(([key]) => key));
      const came = entries.map(([, value]) => value);
      const went = before.filter((value) => value !== undefined);
      const puts = entries.map(([key, value]): Operation => ({ type: 'put', key, value }));
      await this.change([...puts, ...also], { came, went, sync });
    });
  }

  async *range({ tier, tenant, fromMs, toMs }: RollupRange): AsyncIterable<readonly RollupRow[]> {
    const entries = this.parts.db.iterator({
      ...rollupRange(tier, tenant, { fromMs, toMs }),
      highWaterMarkBytes: READ_AHEAD_BYTES,
    });
    const read = (): Promise<[Buffer, Buffer][]> => {
      const rows = entries.nextv(ROWS_READ_AT_ONCE);
      // It is waited for later, if at all.
      rows.catch(() => undefined);
      return rows;
    };
    try {
      let reading = read();
      for (let rows = await reading; rows.length > 0; rows = await reading) {
        // The database reads on while these are worked on.
        reading = read();
        yield rows.map(([key, sealed]) => ({ key: parseRollupKey(key), body: bodyOf(key, sealed) }));
      }
    } catch (error) {
      throw storeErrorOf(error, 'cannot read rollups');
    } finally {
      await entries.close();
    }
  }

  /** Tenant by tenant, and bit by bit, so that other writes get their turns. */
  async removeBefore(tier: RollupTier, timeMs: number): Promise<number> {
    let removed = 0;
    let next = rollupsAfter(tier);
    for (;;) {
      const [first] = await this.parts.db.keys({ ...next, limit: 1 }).all();
      if (first === undefined) return removed;
      const { tenant } = parseRollupKey(first);
      const range = rollupRange(tier, tenant, { fromMs: 0, toMs: timeMs });
      for (let count = -1; count !== 0; removed += count)
        count = await this.changes.run(() => this.removeSome(range));
      next = rollupsAfter(tier, tenant);
    }
  }

  private async removeSome(range: ReturnType<typeof rollupRange>): Promise<number> {
    let entries: [Buffer, Buffer][];
    try {
      entries = await this.parts.db.iterator({ ...range, limit: ROWS_REMOVED_AT_ONCE }).all();
    } catch (error) {
      throw storeErrorOf(error, 'cannot read what is to be removed');
    }
    if (entries.length === 0) return 0;
    const operations = entries.map(([key]): Operation => ({ type: 'del', key }));
    await this.change(operations, { came: [], went: entries.map(([, value]) => value), sync: false });
    return entries.length;
  }

  private async valuesOf(keys: Buffer[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.parts.db.getMany(keys);
    } catch (error) {
      throw storeErrorOf(error, 'cannot look up rollups');
    }
  }

  private async change(
    operations: readonly Operation[],
    {
      came,
      went,
      sync,
    }: { readonly came: readonly Buffer[]; readonly went: readonly Buffer[]; readonly sync: boolean },
  ): Promise<void> {
    const total = totalAfter(this.total, came.map(sealedHash), went.map(sealedHash));
    await this.parts.writer.write([...operations, putTotal('rollups', total)], { sync });
    this.total = total;
  }
}

const bodyOf = (key: Buffer, sealed: Buffer): Buffer => unseal(key, sealed, () => 'a rollup');

/** Goes into the batch that holds what was folded up to there. */
export function putPosition(foldedTo: number): Operation {
  const body = Buffer.allocUnsafe(8);
  body.writeBigUInt64BE(BigInt(foldedTo), 0);
  return { type: 'put', key: POSITION_KEY, value: seal(POSITION_KEY, body) };
}

/** What a value under the position's key says; 0 where there is none yet. @throws StoreError `STORE_CORRUPT`. */
export const positionOf = (sealed: Buffer | undefined): number =>
  sealed === undefined
    ? 0
    : Number(unseal(POSITION_KEY, sealed, () => 'the position of rollups').readBigUInt64BE(0));
