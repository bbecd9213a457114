import { decisionKey, decisionRange, parseDecisionKey } from '../keys.js';
import type { DecisionLog, LoggedDecision, ReadOrder, RollupRow } from '../ports.js';
import { seal, unseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import type { Database, Operation } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { storeErrorOf } from './level-error.js';
import type { LevelRollupStore } from './level-rollup-store.js';
import { sealedHash, putTotal, totalAfter, type SpaceTotal } from './space-total.js';

const READ_AHEAD_BYTES = 1 << 20;
const REMOVED_AT_ONCE = 1_000;

export interface LevelDecisionLogParts {
  readonly db: Database;
  readonly writer: GuardedWriter;
  /** As it is on disk. */
  readonly total: SpaceTotal;
  readonly rollups: LevelRollupStore;
}

/** Decisions in LevelDB, written without waiting for the disk. */
export class LevelDecisionLog implements DecisionLog {
  private readonly changes = new SerialQueue();
  private total: SpaceTotal;

  constructor(private readonly parts: LevelDecisionLogParts) {
    this.total = parts.total;
  }

  append(decisions: readonly LoggedDecision[], rollups: readonly RollupRow[] = []): Promise<void> {
    const values = new Map<string, readonly [Buffer, Buffer]>();
    for (const { decisionId, issueTimeMs, body } of decisions) {
      const key = decisionKey(issueTimeMs, decisionId);
      values.set(key.toString('latin1'), [key, seal(key, body)]);
    }
    const entries = [...values.values()];
    return this.changes.run(async () => {
      if (entries.length === 0 && rollups.length === 0) return;
      const before = await this.valuesOf(entries.map(([key]) => key));
      await this.write(
        entries.map(([key, value]): Operation => ({ type: 'put', key, value })),
        { came: entries.map(([, value]) => value), went: before.filter((value) => value !== undefined) },
        rollups,
      );
    });
  }

  async *range(fromMs: number, toMs: number, order: ReadOrder = 'ascending'): AsyncIterable<LoggedDecision> {
    const range = { ...decisionRange(fromMs, toMs), reverse: order === 'descending' };
    try {
      const entries = this.parts.db.iterator({ ...range, highWaterMarkBytes: READ_AHEAD_BYTES });
      for await (const [key, sealed] of entries) {
        const { issueTimeMs, decisionId } = parseDecisionKey(key);
        yield {
          decisionId,
          issueTimeMs,
          body: unseal(key, sealed, () => `the logged decision ${decisionId}`),
        };
      }
    } catch (error) {
      throw storeErrorOf(error, 'cannot read the decision log');
    }
  }

  /** Bit by bit, so that other writes get their turns. @returns how many were removed. */
  async removeBefore(timeMs: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const count = await this.changes.run(() => this.removeSome(timeMs));
      if (count === 0) return removed;
      removed += count;
    }
  }

  private async removeSome(timeMs: number): Promise<number> {
    let entries: [Buffer, Buffer][];
    try {
      entries = await this.parts.db.iterator({ ...decisionRange(0, timeMs), limit: REMOVED_AT_ONCE }).all();
    } catch (error) {
      throw storeErrorOf(error, 'cannot read what is to be removed');
    }
    if (entries.length === 0) return 0;
    await this.write(
      entries.map(([key]): Operation => ({ type: 'del', key })),
      { came: [], went: entries.map(([, value]) => value) },
    );
    return entries.length;
  }

  private async valuesOf(keys: Buffer[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.parts.db.getMany(keys);
    } catch (error) {
      throw storeErrorOf(error, 'cannot look up decisions');
    }
  }

  private async write(
    operations: readonly Operation[],
    { came, went }: { readonly came: readonly Buffer[]; readonly went: readonly Buffer[] },
    rollups: readonly RollupRow[] = [],
  ): Promise<void> {
    const total = totalAfter(this.total, came.map(sealedHash), went.map(sealedHash));
    const all = [...operations, putTotal('decisions', total)];
    if (rollups.length === 0) await this.parts.writer.write(all, { sync: false });
    else await this.parts.rollups.write(rollups, all, { sync: false });
    this.total = total;
  }
}
