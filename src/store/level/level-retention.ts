import {
  blockRange,
  decisionRange,
  decisionSpan,
  dedupeRangeBefore,
  outcomeSpan,
  parseBlockKey,
  parseDecisionKey,
  type KeyRange,
} from '../keys.js';
import type { StoreRetention } from '../ports.js';
import { approximateSize, type Database, type Operation } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import type { LevelDecisionLog } from './level-decision-log.js';
import { storeErrorOf } from './level-error.js';
import { putLogBase } from './log-base.js';
import { putExtent, type ExtentInUse } from './log-extent.js';

const KEYS_AT_ONCE = 1_000;

interface Parts {
  readonly db: Database;
  readonly writer: GuardedWriter;
  readonly extent: ExtentInUse;
  readonly decisions: LevelDecisionLog;
}

/** What the embedded store lets go of. */
export class LevelRetention implements StoreRetention {
  constructor(private readonly parts: Parts) {}

  async replacePrefix(to: number, body: Uint8Array): Promise<void> {
    const { db, writer, extent } = this.parts;
    await extent.change(async (now) => {
      if (to <= now.base || to > now.head) throw notACut(to);
      const removed: Operation[] = [];
      let next = now.base;
      for await (const key of db.keys(blockRange(now.base, to))) {
        removed.push({ type: 'del', key });
        const { firstSequence, count } = parseBlockKey(key);
        next = firstSequence + count;
      }
      if (next !== to) throw notACut(to);
      const cut = { ...now, base: to };
      await writer.write([...removed, putLogBase(to, body), putExtent(cut)], { sync: true });
      return cut;
    });
  }

  async positionWithin(maxBytes: number): Promise<number> {
    const { base, head } = this.parts.extent.now;
    const position = await this.leastWithin(maxBytes, [base, head], outcomeSpan);
    const [key] = await this.parts.db.keys({ ...blockRange(position), limit: 1 }).all();
    return key === undefined ? head : parseBlockKey(key).firstSequence;
  }

  dedupeFloorMs(): number {
    return this.parts.extent.now.floorMs;
  }

  async raiseDedupeFloor(toMs: number): Promise<number> {
    const { writer, extent } = this.parts;
    await extent.change(async (now) => {
      if (toMs <= now.floorMs) return undefined;
      const raised = { ...now, floorMs: Math.floor(toMs) };
      await writer.write([putExtent(raised)], { sync: true });
      return raised;
    });
    // Only now: what is not remembered has to be known as such first.
    return this.remove(dedupeRangeBefore(extent.now.floorMs));
  }

  removeDecisionsBefore(timeMs: number): Promise<number> {
    return this.parts.decisions.removeBefore(timeMs);
  }

  async decisionTimeWithin(maxBytes: number): Promise<number> {
    const range = decisionRange(0, Infinity);
    const [first] = await this.parts.db.keys({ ...range, limit: 1 }).all();
    const [last] = await this.parts.db.keys({ ...range, limit: 1, reverse: true }).all();
    if (first === undefined || last === undefined) return 0;
    const bounds = [parseDecisionKey(first).issueTimeMs, parseDecisionKey(last).issueTimeMs + 1] as const;
    return this.leastWithin(maxBytes, bounds, decisionSpan);
  }

  /** By bisection: the room that keys from somewhere on take never grows with where that is. */
  private async leastWithin(
    maxBytes: number,
    [from, to]: readonly [number, number],
    spanFrom: (at: number) => readonly [Buffer, Buffer],
  ): Promise<number> {
    const fits = async (at: number): Promise<boolean> =>
      (await approximateSize(this.parts.db, spanFrom(at))) <= maxBytes;
    if (await fits(from)) return from;
    let [tooLow, enough] = [from, to];
    while (enough - tooLow > 1) {
      const middle = tooLow + Math.floor((enough - tooLow) / 2);
      if (await fits(middle)) enough = middle;
      else tooLow = middle;
    }
    return enough;
  }

  /** Bit by bit, so that other writes get their turns; whatever is killed meanwhile, the rest goes the next time. */
  private async remove(range: KeyRange): Promise<number> {
    const { db, writer } = this.parts;
    let removed = 0;
    for (;;) {
      let keys: Buffer[];
      try {
        keys = await db.keys({ ...range, limit: KEYS_AT_ONCE }).all();
      } catch (error) {
        throw storeErrorOf(error, 'cannot read what is to be removed');
      }
      if (keys.length === 0) return removed;
      await writer.write(
        keys.map((key) => ({ type: 'del', key })),
        { sync: false },
      );
      removed += keys.length;
    }
  }
}

const notACut = (to: number): RangeError => new RangeError(`the outcome log cannot be cut at ${to}`);
