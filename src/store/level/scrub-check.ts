import { decisionTimeMs } from '../../core/ids.js';
import {
  dedupeKey,
  metaKey,
  parseBlockKey,
  parseDecisionKey,
  parseRollupKey,
  spaceOf,
  type KeySpace,
} from '../keys.js';
import { decodeBlock } from '../outcome-codec.js';
import type { ScrubReport } from '../ports.js';
import { tryUnseal, unseal } from '../sealed-value.js';
import { StoreError } from '../store-error.js';
import { dedupeEntryOf, type DedupeEntry } from './dedupe-entry.js';
import {
  sealedHash,
  documentHash,
  EMPTY_TOTAL,
  totalAfter,
  totalKey,
  totalOf,
  type SpaceTotal,
  type TotalledSpace,
} from './space-total.js';
import { POSITION_KEY, positionOf } from './level-rollup-store.js';
import { documentOf } from './level-document-store.js';
import { logBaseOf } from './log-base.js';
import { extentOf, type LogExtent } from './log-extent.js';
import { FORMAT_KEY, formatOf } from './store-format.js';

const FAULTS_TOLD = 100;
const EXTENT_KEY = metaKey('log');

interface Parts {
  /** Decisions before it are forgotten by now. */
  readonly floorMs: () => number;
  /** Values by key, on the way that an append takes to them. */
  readonly lookUp: (keys: readonly Buffer[]) => Promise<readonly (Buffer | undefined)[]>;
}

/** Looks at every entry of a database, in the order of their keys, and at what they say of each other. */
export class ScrubCheck {
  private readonly faults: string[] = [];
  private faultCount = 0;
  private entries = 0;
  private damagedSnapshots = 0;
  private last: Buffer = Buffer.alloc(0);
  private hashes = 0n;
  private decisionHashes = 0n;
  private rollupHashes = 0n;
  private readonly totals: Partial<Record<TotalledSpace, SpaceTotal>> = {};
  private base: Buffer | undefined;
  private extent: LogExtent | undefined;
  /** Position that the next block has to start at. */
  private expected: number | undefined;

  constructor(private readonly parts: Parts) {}

  async entry(key: Buffer, value: Buffer): Promise<void> {
    this.entries += 1;
    if (Buffer.compare(this.last, key) >= 0) this.fault(`the key ${key.toString('hex')} is not in its place`);
    this.last = Buffer.from(key);
    try {
      await this.checkIn(spaceOf(key), key, value);
    } catch (error) {
      if (!(error instanceof StoreError) && !(error instanceof RangeError)) throw error;
      this.fault(error.message);
    }
  }

  private checkIn(space: KeySpace | undefined, key: Buffer, value: Buffer): void | Promise<void> {
    switch (space) {
      case 'block':
        return this.block(key, value);
      case 'dedupe':
        return void dedupeEntryOf(key, value);
      case 'document':
        return this.document(key, value);
      case 'decision':
        this.decisionHashes += sealedHash(value);
        unseal(key, value, () => `the logged decision ${parseDecisionKey(key).decisionId}`);
        return;
      case 'rollup':
        this.rollupHashes += sealedHash(value);
        unseal(key, value, () => `the rollup ${JSON.stringify(parseRollupKey(key))}`);
        return;
      case 'meta':
        return this.meta(key, value);
      case 'snapshot':
        if (tryUnseal(key, value) === undefined) this.damagedSnapshots += 1;
        return;
      case 'base':
        // The extent, which says what position it has to be of, comes later.
        this.base = Buffer.from(value);
        return;
      default:
        throw new RangeError(`${key.toString('hex')} is no key of a store`);
    }
  }

  report(bytes: number, complete: boolean): ScrubReport {
    if (complete) this.checkTotals();
    const { entries, faults, faultCount, damagedSnapshots } = this;
    return { entries, bytes, complete, faults, faultCount, damagedSnapshots };
  }

  private fault(what: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_TOLD) this.faults.push(what);
  }

  private checkTotals(): void {
    this.checkTotal('documents', this.hashes);
    this.checkTotal('decisions', this.decisionHashes);
    this.checkTotal('rollups', this.rollupHashes);
    if (this.extent === undefined) return this.fault('the extent of the outcome log is missing');
    const { base, head } = this.extent;
    if ((this.expected ?? base) !== head)
      this.fault(`the outcome log should end at ${head}, but ends at ${this.expected ?? base}`);
    try {
      logBaseOf(this.base, base);
    } catch (error) {
      this.fault((error as Error).message);
    }
  }

  private checkTotal(space: TotalledSpace, sum: bigint): void {
    const total = this.totals[space];
    if (total === undefined) this.fault(`the count of ${space} is missing`);
    else if (totalAfter(EMPTY_TOTAL, [sum], []).sum !== total.sum)
      this.fault(`the ${space} are not those that were written: one is missing, or older than it should be`);
  }

  private document(key: Buffer, value: Buffer): void {
    documentOf(key, value);
    this.hashes += documentHash(key, value);
  }

  private meta(key: Buffer, value: Buffer): void {
    if (key.equals(EXTENT_KEY)) this.extent = extentOf(value);
    else if (key.equals(totalKey('documents'))) this.totals.documents = totalOf('documents', value);
    else if (key.equals(totalKey('decisions'))) this.totals.decisions = totalOf('decisions', value);
    else if (key.equals(totalKey('rollups'))) this.totals.rollups = totalOf('rollups', value);
    else if (key.equals(POSITION_KEY)) positionOf(value);
    else if (key.equals(FORMAT_KEY)) formatOf(value);
    else throw new RangeError(`${key.toString('hex')} is no key of a store`);
  }

  private async block(key: Buffer, value: Buffer): Promise<void> {
    const { firstSequence, count } = parseBlockKey(key);
    const expected = this.expected ?? this.extent?.base ?? firstSequence;
    this.expected = firstSequence + count;
    if (firstSequence !== expected)
      this.fault(`outcome ${expected} should come next, but the next block starts at ${firstSequence}`);
    const { outcomes } = decodeBlock(value, firstSequence);
    if (outcomes.length !== count)
      throw new RangeError(`the block at ${firstSequence} holds ${outcomes.length}, not ${count}`);
    const keys = outcomes.map((outcome) => dedupeKey(outcome));
    const found = await this.parts.lookUp(keys);
    outcomes.forEach((outcome, i) => {
      // After the look-up: what is below the floor may be gone by then.
      if (decisionTimeMs(outcome.decisionId) < this.parts.floorMs()) return;
      const entry: DedupeEntry | undefined = found[i] && dedupeEntryOf(keys[i]!, found[i]);
      if (entry?.digest !== outcome.digest || entry.sequence !== firstSequence + i)
        this.fault(
          `outcome ${firstSequence + i} could be counted twice: its dedupe entry is missing or another's`,
        );
    });
  }
}
