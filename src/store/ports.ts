import type { DecisionId, TenantId } from '../core/ids.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { RollupKey } from '../core/rollup/rollup-book.js';
import type { RollupTier } from '../core/rollup/tier.js';
import type { StoreError } from './store-error.js';

/** What became of one outcome of a report. */
export type AppendVerdict =
  | { readonly kind: 'recorded'; readonly sequence: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict' }
  /** Its decision is older than what the log remembers: nobody knows whether it was recorded before. */
  | { readonly kind: 'expired' }
  /** Would have been recorded, but another outcome of its group conflicts or is expired. */
  | { readonly kind: 'withheld' };

/** Outcomes at contiguous positions of the log, as one group commit wrote them. */
export interface OutcomeBlock {
  readonly firstSequence: number;
  readonly outcomes: readonly Outcome[];
}

/**
 * The outcome log: append-only, durable, each outcome at most once.
 *
 * Invariants: sequences are contiguous from `base()`; a position once read never changes.
 */
export interface OutcomeLog {
  /**
   * Appends groups of outcomes durably, in one atomic write, and resolves after it is on disk.
   *
   * An outcome whose key (decision, attempt, metric) is in the log already is a `duplicate` when its
   * content is the same and a `conflict` when not; one whose decision was taken before the retention's `dedupeFloorMs()`
   * is `expired`. Where one outcome of a group conflicts or is expired, nothing of that group is appended:
   * its verdicts are `conflict` or `expired` for the culprits, and for the others `duplicate` or
   * `withheld`. Other groups are unaffected.
   *
   * One call at a time: a second call before the first has settled is a programming error.
   *
   * @throws StoreError `STORE_IO` when the write failed; whether it is on disk is then unknown, and no
   *   call succeeds until the store was reopened.
   */
  append(groups: readonly (readonly Outcome[])[]): Promise<readonly (readonly AppendVerdict[])[]>;
  /**
   * Blocks from the one that holds `fromSequence` on, in order; from the base on where that is later.
   * @throws StoreError `STORE_CORRUPT`.
   */
  read(fromSequence: number): AsyncIterable<OutcomeBlock>;
  /**
   * What was reported of one decision and is still there, by attempt then metric: a look-up, not a scan.
   * @throws StoreError `STORE_CORRUPT`.
   */
  readOf(decisionId: DecisionId): Promise<readonly Outcome[]>;
  /** The position that the next outcome will get. */
  head(): number;
  /** The first position that is still there. */
  base(): number;
  /** What stands for the outcomes before `base()`; absent where none were removed. @throws StoreError `STORE_CORRUPT`. */
  readBase(): Promise<Uint8Array | undefined>;
}

/** A document and its revision, which grows by one with every change. */
export interface StoredDocument {
  readonly kind: string;
  readonly name: string;
  readonly revision: number;
  readonly body: Uint8Array;
}

/** One document as it shall be after a commit. */
export interface DocumentChange {
  readonly kind: string;
  readonly name: string;
  /** What its revision has to be before; 0 stands for "there is none yet". */
  readonly expectedRevision: number;
  /** Absent to remove the document. */
  readonly body?: Uint8Array;
}

/** Which part of a kind's documents is read. */
export interface DocumentSpan {
  /** Only names that sort before this one; all where absent. */
  readonly before?: string;
  readonly order: ReadOrder;
  readonly limit: number;
}

/** Small named documents with compare-and-set. Writes are durable when they resolve. */
export interface DocumentStore {
  get(kind: string, name: string): Promise<StoredDocument | undefined>;
  /**
   * Makes all changes in one atomic write, or none where a revision is not the expected one. Whatever
   * is killed on the way, a store that is opened again has all of them or none.
   * @returns whether it did.
   * @throws RangeError where two changes name the same document.
   */
  commit(changes: readonly DocumentChange[]): Promise<boolean>;
  /**
   * Writes a document if its revision is the expected one; 0 stands for "there is none yet".
   * @returns the new document, or `undefined` where the revision did not match.
   */
  put(
    kind: string,
    name: string,
    body: Uint8Array,
    expectedRevision: number,
  ): Promise<StoredDocument | undefined>;
  /** Removes a document if its revision is the expected one. @returns whether it did. */
  delete(kind: string, name: string, expectedRevision: number): Promise<boolean>;
  /** All documents of a kind, by name. */
  list(kind: string): Promise<readonly StoredDocument[]>;
  /** Some documents of a kind, by name in the order that is asked for. */
  span(kind: string, span: DocumentSpan): Promise<readonly StoredDocument[]>;
}

/** A decision as it is kept for analysis: opaque here, keyed by time and id. */
export interface LoggedDecision {
  readonly decisionId: string;
  readonly issueTimeMs: number;
  readonly body: Uint8Array;
}

export type ReadOrder = 'ascending' | 'descending';

/** The decision log: appended without waiting for the disk; may lose its newest entries in a crash. */
export interface DecisionLog {
  /** @param rollups sums that hold these decisions, in the same atomic write: kept or lost together with them. */
  append(decisions: readonly LoggedDecision[], rollups?: readonly RollupRow[]): Promise<void>;
  /** Decisions with `fromMs ≤ issueTimeMs < toMs`, by time then id, or the other way round. */
  range(fromMs: number, toMs: number, order?: ReadOrder): AsyncIterable<LoggedDecision>;
}

/** Sums over a span of time: opaque here. */
export interface RollupRow {
  readonly key: RollupKey;
  readonly body: Uint8Array;
}

/** Which rollups are read: spans that start with `fromMs ≤ startMs < toMs`. */
export interface RollupRange {
  readonly tier: RollupTier;
  readonly tenant: TenantId;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Sums by span of time. Those of outcomes are written together with the position up to which they hold the log. */
export interface RollupStore {
  /** Bodies, in the order of the keys. @throws StoreError `STORE_CORRUPT`. */
  get(keys: readonly RollupKey[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Writes rows and the position in one atomic and durable write. @throws StoreError `STORE_IO`. */
  commit(rows: readonly RollupRow[], foldedTo: number): Promise<void>;
  /** The position of the outcome log that comes next; 0 before the first commit. */
  foldedTo(): number;
  /** Some at a time, by start, then use case and arm. @throws StoreError `STORE_CORRUPT`. */
  range(range: RollupRange): AsyncIterable<readonly RollupRow[]>;
  /** Removes the rows of a tier that start before a time, of all tenants. @returns how many. */
  removeBefore(tier: RollupTier, timeMs: number): Promise<number>;
}

/** What a store lets go of when it is told to. */
export interface StoreRetention {
  /**
   * Removes the outcomes before a position and keeps a body in their place, in one atomic and durable write.
   * @throws RangeError where no block starts there, or it is not after the base; StoreError `STORE_IO`.
   */
  replacePrefix(to: number, body: Uint8Array): Promise<void>;
  /** The first position from which on outcomes take at most so many bytes on disk, about. */
  positionWithin(maxBytes: number): Promise<number>;
  /** Decisions before this time are forgotten: nothing that is reported of them is appended. */
  dedupeFloorMs(): number;
  /** Raises the floor, durably, and then removes what is remembered below it; a lower one changes nothing. @returns how many keys went. */
  raiseDedupeFloor(toMs: number): Promise<number>;
  /** Removes logged decisions before a time. @returns how many. */
  removeDecisionsBefore(timeMs: number): Promise<number>;
  /** The first time from which on logged decisions take at most so many bytes on disk, about. */
  decisionTimeWithin(maxBytes: number): Promise<number>;
}

/** A cache of the fold, replaced as a whole. */
export interface SnapshotStore {
  load(): Promise<Uint8Array | undefined>;
  save(body: Uint8Array): Promise<void>;
}

/** At the end of a copy's name until it is whole. */
export const PARTIAL = '.partial';

/** What a copy of a store holds. */
export interface StoreCopy {
  readonly entries: number;
  /** Of keys and values, before the database compresses them. */
  readonly bytes: number;
  /** Position of the outcome log's end. */
  readonly outcomes: number;
}

/** How a store is read through. */
export interface ScrubOptions {
  /** Absent for as fast as it goes. */
  readonly bytesPerSecond?: number;
  readonly signal?: AbortSignal;
}

/** What was found when a store was read through. */
export interface ScrubReport {
  readonly entries: number;
  /** Of keys and values. */
  readonly bytes: number;
  /** Whether the end was reached. */
  readonly complete: boolean;
  /** One sentence each; no more than the first hundred. */
  readonly faults: readonly string[];
  readonly faultCount: number;
  /** Damaged snapshots, which cost a longer start and nothing else. */
  readonly damagedSnapshots: number;
}

/** Everything one store offers. */
export interface Store {
  readonly outcomes: OutcomeLog;
  readonly documents: DocumentStore;
  readonly decisions: DecisionLog;
  readonly snapshots: SnapshotStore;
  readonly rollups: RollupStore;
  readonly retention: StoreRetention;
  /**
   * Copies everything as it stands at this moment into a folder that is new or empty, while the store is in use.
   * @throws StoreError `STORE_UNSUPPORTED`, `STORE_EXISTS`, `STORE_CORRUPT` or `STORE_IO`; no half copy is left.
   */
  copyTo(folder: string): Promise<StoreCopy>;
  /**
   * Reads everything and holds it against its checksums, and what belongs together against each other, while the store
   * is in use. Changes nothing. @throws StoreError `STORE_IO`.
   */
  scrub(options?: ScrubOptions): Promise<ScrubReport>;
  /** Gives back the room of what was removed or replaced. @throws StoreError `STORE_IO`. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

/** Who has to know that a store failed, and that it is back. */
export interface StoreObserver {
  /** A write failed: nothing is acknowledged any more. */
  failed(error: StoreError): void;
  /** Brings what is in memory to what the log holds, before anything is acknowledged again. Throws where that fails. */
  reconcile(outcomes: OutcomeLog): Promise<void>;
  /** The store is open and takes writes. */
  reopened(recovery: StoreRecoveryReport): void;
  /** The store could not be opened again, this time. */
  stillFailed(error: unknown, retryInMs: number): void;
}

/** How a store came back. */
export interface StoreRecoveryReport {
  readonly attempts: number;
  readonly downMs: number;
  /** A change of documents that was told as failed was there, and was undone. */
  readonly undid: boolean;
}
