import { endianness } from 'node:os';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { ByteCursor } from './byte-cursor.js';

/** Sums of one arm. */
export interface SumsRow {
  readonly armId: number;
  readonly sums: Float64Array;
}

/** A regression's sums of one arm. */
export interface RegressionRow {
  readonly armId: number;
  /** As in `LinearArmSums`. */
  readonly metric: number;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly scalars: Float64Array;
}

/** A `ScopeSums`, with sums as a state has them. */
export interface ScopeRows {
  readonly tenant: string;
  readonly useCase: string;
  readonly segment: string;
  readonly arms: readonly SumsRow[];
  readonly residuals: readonly SumsRow[];
  readonly regressions: readonly RegressionRow[];
}

const TAG = { tenant: 0x0a, useCase: 0x12, segment: 0x1a, arms: 0x22, regressions: 0x2a, residuals: 0x32 };
const ROW_TAG = { armId: 0x08, sums: 0x12 };
const REGRESSION_TAG = { armId: 0x08, metric: 0x10, xx: 0x1a, xy: 0x22, scalars: 0x2a };
const DOUBLE_BYTES = 8;
/** As protobuf has them, and nearly every processor. */
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Writes a `ScopeSums` without its length. Rows are copied whole: number by number, as the generated code has it, some
 * megabytes of them would keep decisions waiting for a tenth of a second.
 */
export function writeScope(writer: BinaryWriter, scope: ScopeRows): BinaryWriter {
  for (const field of ['tenant', 'useCase', 'segment'] as const)
    if (scope[field] !== '') writer.uint32(TAG[field]).string(scope[field]);
  for (const field of ['arms', 'residuals'] as const) {
    for (const { armId, sums } of scope[field]) {
      writer.uint32(TAG[field]).fork().uint32(ROW_TAG.armId).uint32(armId);
      writer.uint32(ROW_TAG.sums).bytes(bytesOf(sums)).join();
    }
  }
  for (const { armId, metric, xx, xy, scalars } of scope.regressions) {
    writer.uint32(TAG.regressions).fork().uint32(REGRESSION_TAG.armId).uint32(armId);
    writer.uint32(REGRESSION_TAG.metric).uint32(metric);
    writer.uint32(REGRESSION_TAG.xx).bytes(bytesOf(xx));
    writer.uint32(REGRESSION_TAG.xy).bytes(bytesOf(xy));
    writer.uint32(REGRESSION_TAG.scalars).bytes(bytesOf(scalars)).join();
  }
  return writer;
}

function bytesOf(sums: Float64Array): Uint8Array {
  const bytes = Buffer.from(sums.buffer, sums.byteOffset, sums.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap64();
}

/** Reads a `ScopeSums` that ends at `end`. @throws RangeError where the bytes are none. */
export function readScope(cursor: ByteCursor, end: number): ScopeRows {
  const texts = { tenant: '', useCase: '', segment: '' };
  const [arms, residuals, regressions]: [SumsRow[], SumsRow[], RegressionRow[]] = [[], [], []];
  readFields(cursor, end, {
    [TAG.tenant]: () => (texts.tenant = textAt(cursor)),
    [TAG.useCase]: () => (texts.useCase = textAt(cursor)),
    [TAG.segment]: () => (texts.segment = textAt(cursor)),
    [TAG.arms]: () => arms.push(readRow(cursor, cursor.span())),
    [TAG.residuals]: () => residuals.push(readRow(cursor, cursor.span())),
    [TAG.regressions]: () => regressions.push(readRegression(cursor, cursor.span())),
  });
  return { ...texts, arms, residuals, regressions };
}

/** Reads a message field by field, by what reads each; others are of a later format. */
function readFields(cursor: ByteCursor, end: number, fields: Readonly<Record<number, () => unknown>>): void {
  while (cursor.pos < end) {
    const tag = cursor.varint();
    const read = fields[tag];
    if (read === undefined) cursor.skip(tag);
    else read();
  }
  if (cursor.pos !== end) throw new RangeError('a field runs past the end of its message');
}

function textAt(cursor: ByteCursor): string {
  const end = cursor.span();
  const text = cursor.bytes.toString('utf8', cursor.pos, end);
  cursor.pos = end;
  return text;
}

const NO_SUMS: Float64Array = new Float64Array();

function readRow(cursor: ByteCursor, end: number): SumsRow {
  const row = { armId: 0, sums: NO_SUMS };
  readFields(cursor, end, {
    [ROW_TAG.armId]: () => (row.armId = cursor.varint()),
    [ROW_TAG.sums]: () => (row.sums = sumsAt(cursor)),
  });
  return row;
}

function readRegression(cursor: ByteCursor, end: number): RegressionRow {
  const row = { armId: 0, metric: 0, xx: NO_SUMS, xy: NO_SUMS, scalars: NO_SUMS };
  readFields(cursor, end, {
    [REGRESSION_TAG.armId]: () => (row.armId = cursor.varint()),
    [REGRESSION_TAG.metric]: () => (row.metric = cursor.varint()),
    [REGRESSION_TAG.xx]: () => (row.xx = sumsAt(cursor)),
    [REGRESSION_TAG.xy]: () => (row.xy = sumsAt(cursor)),
    [REGRESSION_TAG.scalars]: () => (row.scalars = sumsAt(cursor)),
  });
  return row;
}

/** A copy, whatever the bytes' alignment. */
function sumsAt(cursor: ByteCursor): Float64Array {
  const end = cursor.span();
  const length = end - cursor.pos;
  if (length % DOUBLE_BYTES !== 0) throw new RangeError('a row of sums has a part of a number');
  const copy = new Uint8Array(length);
  copy.set(cursor.bytes.subarray(cursor.pos, end));
  if (!IS_LITTLE_ENDIAN) Buffer.from(copy.buffer).swap64();
  cursor.pos = end;
  return new Float64Array(copy.buffer);
}

/** One field of a message, by its tag. */
interface TakenField {
  /** The message without it. */
  readonly rest: Uint8Array;
  /** A cursor at each of its values, and where that ends. */
  readonly values: readonly { readonly cursor: ByteCursor; readonly end: number }[];
}

/**
 * Takes a length-delimited field out of a message, so that the generated code reads the rest.
 * @throws RangeError where the bytes are no message.
 */
export function takeField(bytes: Uint8Array, fieldTag: number): TakenField {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor = new ByteCursor(source);
  const rest: Buffer[] = [];
  const values: { cursor: ByteCursor; end: number }[] = [];
  while (cursor.pos < source.length) {
    const from = cursor.pos;
    const tag = cursor.varint();
    if (tag === fieldTag) {
      const end = cursor.span();
      const value = new ByteCursor(source);
      value.pos = cursor.pos;
      values.push({ cursor: value, end });
      cursor.pos = end;
    } else {
      cursor.skip(tag);
      rest.push(source.subarray(from, cursor.pos));
    }
  }
  return { rest: Buffer.concat(rest), values };
}
