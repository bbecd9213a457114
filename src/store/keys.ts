import { decisionIdFromBytes, decisionIdToBytes } from '../core/ids.js';
import type { DecisionId, TenantId, UseCase } from '../core/ids.js';
import { OUTCOME_METRICS } from '../core/outcome/outcome.js';
import type { OutcomeKey } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';
import { ROLLUP_SOURCES, type RollupKey } from '../core/rollup/rollup-book.js';
import { ROLLUP_TIERS, type RollupTier } from '../core/rollup/tier.js';

/**
 * Every storage key, built and parsed here and nowhere else.
 *
 * A key starts with one letter for its space. Numbers are big-endian and of fixed width, so that the
 * order of keys is the order of what they stand for.
 */
const SPACE = {
  base: 0x62, // b
  meta: 0x6d, // m
  block: 0x6f, // o
  dedupe: 0x6b, // k
  document: 0x64, // d
  decision: 0x6c, // l
  rollup: 0x72, // r
  snapshot: 0x73, // s
} as const;

const SPACE_NAMES = Object.keys(SPACE) as (keyof typeof SPACE)[];

const NUL = 0x00;
const BLOCK_KEY_BYTES = 13;
const DEDUPE_KEY_BYTES = 20;
const DECISION_KEY_BYTES = 25;
const UUID_BYTES = 16;
/** A UUIDv7 begins with the milliseconds since the Unix epoch (RFC 9562, §5.7). */
const UUID_TIME_BYTES = 6;
const UUID_TIME_MAX = 2 ** 48 - 1;
const LONE_SURROGATE = /\p{Surrogate}/u;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keys `k` with `gte ≤ k < lt`. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export type MetaName = 'format' | 'log' | 'documents' | 'decisions' | 'rollups' | 'rolled-up';

export function metaKey(name: MetaName): Buffer {
  return Buffer.concat([Buffer.of(SPACE.meta), Buffer.from(name)]);
}

/** Where a block starts and how many outcomes it holds: a walk over keys alone can prove that none is missing. */
export interface BlockPosition {
  readonly firstSequence: number;
  readonly count: number;
}

/** Blocks sort by their first sequence. */
export function blockKey({ firstSequence, count }: BlockPosition): Buffer {
  const key = blockBound(firstSequence);
  key.writeUInt32BE(count, 9);
  return key;
}

/** @throws RangeError where the bytes are no key of a block. */
export function parseBlockKey(key: Buffer): BlockPosition {
  if (key.length !== BLOCK_KEY_BYTES || key[0] !== SPACE.block) throw notA('block', key);
  return { firstSequence: Number(key.readBigUInt64BE(1)), count: key.readUInt32BE(9) };
}

/** Blocks whose first sequence is in `[from, to)`; all from `from` on where `to` is left out. */
export function blockRange(from: number, to?: number): KeyRange {
  return { gte: blockBound(from), lt: to === undefined ? Buffer.of(SPACE.block + 1) : blockBound(to) };
}

/** Where blocks from a position on lie. */
export const outcomeSpan = (from: number): readonly [Buffer, Buffer] => [
  blockBound(from),
  Buffer.of(SPACE.block + 1),
];

/** Where logged decisions from a time on lie. */
export const decisionSpan = (fromMs: number): readonly [Buffer, Buffer] => [
  decisionBound(fromMs),
  Buffer.of(SPACE.decision + 1),
];

/** What may be counted only once; sorts by decision, thus by time. */
export function dedupeKey({ decisionId, attempt, metric }: OutcomeKey): Buffer {
  const key = Buffer.allocUnsafe(DEDUPE_KEY_BYTES);
  key[0] = SPACE.dedupe;
  key.set(uuidBytes(decisionId), 1);
  key.writeUInt16BE(attempt, 17);
  key[19] = OUTCOME_METRICS.indexOf(metric);
  return key;
}

/** @throws RangeError where the bytes are no dedupe key. */
export function parseDedupeKey(key: Buffer): OutcomeKey {
  const metric = OUTCOME_METRICS[key[19] ?? OUTCOME_METRICS.length];
  if (key.length !== DEDUPE_KEY_BYTES || key[0] !== SPACE.dedupe || metric === undefined) {
    throw notA('dedupe', key);
  }
  return { decisionId: decisionIdFromBytes(key.subarray(1, 17)), attempt: key.readUInt16BE(17), metric };
}

/** Documents sort by kind, then name, both as UTF-8. @throws RangeError where the kind or name cannot be a key. */
export function documentKey(kind: string, name: string): Buffer {
  const prefix = documentPrefix(kind);
  if (name === '' || LONE_SURROGATE.test(name))
    throw new RangeError(`no document can be named ${JSON.stringify(name)}`);
  return Buffer.concat([prefix, Buffer.from(name)]);
}

/** @throws RangeError where the bytes are no key of a document. */
export function parseDocumentKey(key: Buffer): { readonly kind: string; readonly name: string } {
  const end = key.indexOf(NUL);
  if (key[0] !== SPACE.document || end < 0) throw notA('document', key);
  return { kind: key.toString('utf8', 1, end), name: key.toString('utf8', end + 1) };
}

/** All documents of a kind. */
export function documentRange(kind: string): KeyRange {
  const gte = documentPrefix(kind);
  const lt = Buffer.from(gte);
  lt[lt.length - 1] = NUL + 1;
  return { gte, lt };
}

/** Documents of every kind. */
export const allDocuments = (): KeyRange => ({
  gte: Buffer.of(SPACE.document),
  lt: Buffer.of(SPACE.document + 1),
});

/** Decisions sort by time, then id. */
export function decisionKey(issueTimeMs: number, decisionId: string): Buffer {
  if (!Number.isSafeInteger(issueTimeMs) || issueTimeMs < 0) {
    throw new RangeError(`no decision can be issued at ${issueTimeMs}`);
  }
  const key = Buffer.allocUnsafe(DECISION_KEY_BYTES);
  key.set(decisionBound(issueTimeMs), 0);
  key.set(uuidBytes(decisionId), DECISION_KEY_BYTES - UUID_BYTES);
  return key;
}

/** @throws RangeError where the bytes are no key of a decision. */
export function parseDecisionKey(key: Buffer): {
  readonly issueTimeMs: number;
  readonly decisionId: DecisionId;
} {
  if (key.length !== DECISION_KEY_BYTES || key[0] !== SPACE.decision) throw notA('decision', key);
  return { issueTimeMs: Number(key.readBigUInt64BE(1)), decisionId: decisionIdFromBytes(key.subarray(9)) };
}

/** Decisions with `fromMs ≤ issueTimeMs < toMs`. */
export function decisionRange(fromMs: number, toMs: number): KeyRange {
  return { gte: decisionBound(fromMs), lt: decisionBound(toMs) };
}

/** Dedupe keys of decisions that were taken before a time. */
export function dedupeRangeBefore(timeMs: number): KeyRange {
  const lt = Buffer.alloc(DEDUPE_KEY_BYTES - 3);
  lt[0] = SPACE.dedupe;
  lt.writeUIntBE(Math.min(Math.max(Math.ceil(timeMs), 0), UUID_TIME_MAX), 1, UUID_TIME_BYTES);
  return { gte: Buffer.of(SPACE.dedupe), lt };
}

/** Dedupe keys of one decision. */
export function dedupeRangeOf(decisionId: DecisionId): KeyRange {
  const gte = Buffer.alloc(DEDUPE_KEY_BYTES);
  gte[0] = SPACE.dedupe;
  gte.set(uuidBytes(decisionId), 1);
  const lt = Buffer.alloc(DEDUPE_KEY_BYTES + 1, 0xff);
  lt.set(gte.subarray(0, 1 + UUID_BYTES));
  return { gte, lt };
}

/** Rollups sort by tier, tenant, start, use case, arm and source. @throws RangeError where a name cannot be in a key. */
export function rollupKey({ tier, tenant, startMs, useCase, armId, source }: RollupKey): Buffer {
  const end = Buffer.allocUnsafe(5);
  end.writeUInt32BE(armId, 0);
  end[4] = ROLLUP_SOURCES.indexOf(source);
  return Buffer.concat([rollupBound({ tier, tenant, startMs }), terminated(useCase), end]);
}

/** @throws RangeError where the bytes are no key of a rollup. */
export function parseRollupKey(key: Buffer): RollupKey {
  const tenantEnd = key.indexOf(NUL, 2);
  const useCaseEnd = key.indexOf(NUL, tenantEnd + 9);
  const tier = ROLLUP_TIERS[key[1] ?? ROLLUP_TIERS.length];
  const source = ROLLUP_SOURCES[key[key.length - 1]!];
  const isWhole = tenantEnd > 0 && useCaseEnd > 0 && key.length === useCaseEnd + 6;
  if (key[0] !== SPACE.rollup || !isWhole || tier === undefined || source === undefined)
    throw notA('rollup', key);
  return {
    tier,
    tenant: key.toString('utf8', 2, tenantEnd) as TenantId,
    startMs: key.readUInt32BE(tenantEnd + 1) * 2 ** 32 + key.readUInt32BE(tenantEnd + 5),
    useCase: key.toString('utf8', tenantEnd + 9, useCaseEnd) as UseCase,
    armId: key.readUInt32BE(useCaseEnd + 1) as ArmId,
    source,
  };
}

/** Rollups of a tenant with `fromMs ≤ startMs < toMs`. */
export const rollupRange = (
  tier: RollupTier,
  tenant: TenantId,
  span: { fromMs: number; toMs: number },
): KeyRange => ({
  gte: rollupBound({ tier, tenant, startMs: span.fromMs }),
  lt: rollupBound({ tier, tenant, startMs: span.toMs }),
});

/** Rollups of a tier, of the tenants that sort after one; of all where it is absent. */
export function rollupsAfter(tier: RollupTier, tenant?: TenantId): KeyRange {
  const number = ROLLUP_TIERS.indexOf(tier);
  const gte = [
    Buffer.of(SPACE.rollup, number),
    ...(tenant === undefined ? [] : [Buffer.from(tenant), Buffer.of(NUL + 1)]),
  ];
  return { gte: Buffer.concat(gte), lt: Buffer.of(SPACE.rollup, number + 1) };
}

/** What stands for outcomes that were removed. */
export const baseKey = (): Buffer => Buffer.of(SPACE.base);

export type KeySpace = keyof typeof SPACE;

/** The space that a key lies in; absent where it is no key of ours. */
export function spaceOf(key: Buffer): KeySpace | undefined {
  return SPACE_NAMES.find((space) => SPACE[space] === key[0]);
}

export function snapshotKey(slot: number): Buffer {
  return Buffer.of(SPACE.snapshot, slot);
}

function blockBound(firstSequence: number): Buffer {
  const key = Buffer.alloc(BLOCK_KEY_BYTES);
  key[0] = SPACE.block;
  key.writeBigUInt64BE(BigInt(firstSequence), 1);
  return key;
}

function decisionBound(timeMs: number): Buffer {
  const key = Buffer.allocUnsafe(DECISION_KEY_BYTES - UUID_BYTES);
  key[0] = SPACE.decision;
  key.writeBigUInt64BE(wholeMs(timeMs), 1);
  return key;
}

function rollupBound({ tier, tenant, startMs }: Pick<RollupKey, 'tier' | 'tenant' | 'startMs'>): Buffer {
  const start = Buffer.allocUnsafe(8);
  start.writeBigUInt64BE(wholeMs(startMs), 0);
  return Buffer.concat([Buffer.of(SPACE.rollup, ROLLUP_TIERS.indexOf(tier)), terminated(tenant), start]);
}

/** @throws RangeError where the end of the name could not be told. */
function terminated(name: string): Buffer {
  if (name === '' || name.includes('\0') || LONE_SURROGATE.test(name))
    throw new RangeError(`${JSON.stringify(name)} cannot be in a key`);
  return Buffer.concat([Buffer.from(name), Buffer.of(NUL)]);
}

const wholeMs = (timeMs: number): bigint =>
  BigInt(Math.min(Math.max(Math.ceil(timeMs), 0), Number.MAX_SAFE_INTEGER));

function documentPrefix(kind: string): Buffer {
  if (kind === '' || kind.includes('\0') || LONE_SURROGATE.test(kind)) {
    throw new RangeError(`no document can be of kind ${JSON.stringify(kind)}`);
  }
  return Buffer.concat([Buffer.of(SPACE.document), Buffer.from(kind), Buffer.of(NUL)]);
}

function uuidBytes(id: string): Uint8Array {
  if (!UUID.test(id)) throw new RangeError(`${JSON.stringify(id)} is no decision id`);
  return decisionIdToBytes(id as DecisionId);
}

function notA(space: keyof typeof SPACE, key: Buffer): RangeError {
  return new RangeError(`${key.toString('hex')} is no ${space} key`);
}
