import type { DecisionId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import { planAppend } from '../append-plan.js';
import { blockKey, blockRange, dedupeKey, dedupeRangeOf, parseBlockKey } from '../keys.js';
import { assertOutcome } from '../outcome-check.js';
import { decodeBlock, encodeBlock } from '../outcome-codec.js';
import type { AppendVerdict, OutcomeBlock, OutcomeLog } from '../ports.js';
import { StoreError } from '../store-error.js';
import { BlockChunks } from './block-chunks.js';
import type { Database, Operation } from './database.js';
import { dedupeEntryOf, digestOfEntry, putDedupeEntry } from './dedupe-entry.js';
import type { GuardedWriter } from './guarded-writer.js';
import type { HeadMark } from './head-mark.js';
import { storeErrorOf } from './level-error.js';
import { readLogBase } from './log-base.js';
import { putExtent, type ExtentInUse, type LogExtent } from './log-extent.js';

interface Parts {
  readonly db: Database;
  readonly writer: GuardedWriter;
  readonly mark: HeadMark;
  readonly extent: ExtentInUse;
}

/** The outcome log in LevelDB: each call of `append` that brings something new is one synced batch with one block. */
export class LevelOutcomeLog implements OutcomeLog {
  private inFlight: Promise<unknown> | undefined;

  constructor(private readonly parts: Parts) {}

  async append(groups: readonly (readonly Outcome[])[]): Promise<readonly (readonly AppendVerdict[])[]> {
    if (this.inFlight !== undefined) throw new Error('append was called before the last call had settled');
    const work = this.appendAlone(groups);
    this.inFlight = work;
    try {
      return await work;
    } finally {
      this.inFlight = undefined;
    }
  }

  async *read(fromSequence: number): AsyncIterable<OutcomeBlock> {
    const { head } = this.parts.extent.now;
    if (fromSequence >= head) return;
    let chunks: BlockChunks | undefined;
    try {
      let expected = await this.startOfBlockWith(fromSequence);
      let isFirst = true;
      chunks = new BlockChunks(this.parts.db, blockRange(expected, head));
      for (let chunk = await chunks.next(); chunk.length > 0; chunk = await chunks.next()) {
        for (const [key, value] of chunk) {
          const { firstSequence, count } = parseBlockKey(key);
          if (isFirst && firstSequence > expected) expected = await this.baseAfter(expected);
          isFirst = false;
          if (firstSequence !== expected) throw gap(expected, firstSequence);
          const block = decodeBlock(value, firstSequence);
          expected += count;
          if (firstSequence + block.outcomes.length !== expected) {
            throw gap(firstSequence + block.outcomes.length, expected);
          }
          yield block;
        }
      }
      if (isFirst) expected = await this.baseAfter(expected);
      if (expected < head) throw gap(expected, head);
    } catch (error) {
      throw storeErrorOf(error, 'cannot read the outcome log');
    } finally {
      await chunks?.close();
    }
  }

  async readOf(decisionId: DecisionId): Promise<readonly Outcome[]> {
    try {
      const entries = await this.parts.db.iterator(dedupeRangeOf(decisionId)).all();
      const outcomes: Outcome[] = [];
      for (const [key, entry] of entries) {
        const outcome = await this.outcomeAt(dedupeEntryOf(key, entry).sequence);
        if (outcome !== undefined) outcomes.push(outcome);
      }
      return outcomes;
    } catch (error) {
      throw storeErrorOf(error, 'cannot read what was reported of a decision');
    }
  }

  head(): number {
    return this.parts.extent.now.head;
  }

  base(): number {
    return this.parts.extent.now.base;
  }

  async readBase(): Promise<Uint8Array | undefined> {
    try {
      return await readLogBase(this.parts.db, this.parts.extent.now);
    } catch (error) {
      throw storeErrorOf(error, 'cannot read the base of the outcome log');
    }
  }

  /** Resolves when no write is under way. */
  async settle(): Promise<void> {
    await this.inFlight?.catch(() => undefined);
  }

  private async appendAlone(
    groups: readonly (readonly Outcome[])[],
  ): Promise<readonly (readonly AppendVerdict[])[]> {
    this.parts.writer.assertUsable();
    const outcomes = groups.flat();
    outcomes.forEach(assertOutcome);
    const keys = new Map(outcomes.map((outcome) => [outcome, dedupeKey(outcome)]));
    const digests = await this.recordedDigests([...keys.values()]);
    let verdicts: readonly (readonly AppendVerdict[])[] = [];
    await this.parts.extent.change(async (extent) => {
      const plan = planAppend(groups, {
        keyOf: (outcome) => keys.get(outcome)!.toString('latin1'),
        recordedDigest: (key) => digests.get(key),
        floorMs: extent.floorMs,
        head: extent.head,
      });
      verdicts = plan.verdicts;
      return plan.accepted.length === 0 ? undefined : this.commit(plan.accepted, keys, extent);
    });
    return verdicts;
  }

  private async commit(
    accepted: readonly Outcome[],
    keys: ReadonlyMap<Outcome, Buffer>,
    extent: LogExtent,
  ): Promise<LogExtent> {
    const { writer, mark } = this.parts;
    const { head } = extent;
    const grown = { ...extent, head: head + accepted.length };
    const block = encodeBlock({ firstSequence: head, outcomes: accepted });
    const operations: Operation[] = accepted.map((outcome, index) =>
      putDedupeEntry(keys.get(outcome)!, outcome, head + index),
    );
    operations.push(
      {
        type: 'put',
        key: blockKey({ firstSequence: head, count: accepted.length }),
        value: Buffer.from(block.buffer, block.byteOffset, block.length),
      },
      putExtent(grown),
    );
    await writer.write(operations, { sync: true });
    mark.note({ head: grown.head });
    return grown;
  }

  private async recordedDigests(keys: Buffer[]): Promise<ReadonlyMap<string, string>> {
    const digests = new Map<string, string>();
    let entries: readonly (Buffer | undefined)[];
    try {
      entries = await this.parts.db.getMany(keys);
    } catch (error) {
      throw this.parts.writer.fail(storeErrorOf(error, 'cannot look up what was reported before'));
    }
    // A damaged entry is known to be one: it concerns what is reported of its decision, and nothing else.
    entries.forEach((entry, index) => {
      const key = keys[index]!;
      if (entry !== undefined) digests.set(key.toString('latin1'), digestOfEntry(key, entry));
    });
    return digests;
  }

  /** Nothing where it is below the base. */
  private async outcomeAt(sequence: number): Promise<Outcome | undefined> {
    const { base } = this.parts.extent.now;
    if (sequence < base) return undefined;
    const [block] = await this.parts.db
      .iterator({ ...blockRange(base, sequence + 1), reverse: true, limit: 1 })
      .all();
    if (block === undefined) return undefined;
    const { firstSequence } = parseBlockKey(block[0]);
    return decodeBlock(block[1], firstSequence).outcomes[sequence - firstSequence];
  }

  private async startOfBlockWith(sequence: number): Promise<number> {
    const { base } = this.parts.extent.now;
    if (sequence <= base) return base;
    const [key] = await this.parts.db
      .keys({ ...blockRange(base, sequence + 1), reverse: true, limit: 1 })
      .all();
    return key === undefined ? base : parseBlockKey(key).firstSequence;
  }

  /** The log's base, where it moved beyond a position between the look at it and the reading. */
  private async baseAfter(position: number): Promise<number> {
    const { extent } = this.parts;
    await extent.settle();
    return Math.max(position, extent.now.base);
  }
}

function gap(expected: number, found: number): StoreError {
  return new StoreError(
    'STORE_CORRUPT',
    `the outcome log has a gap: ${expected} should come next, but ${found} does. Restore a backup`,
  );
}
