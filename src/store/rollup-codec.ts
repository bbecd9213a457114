import { BinaryReader } from '@bufbuild/protobuf/wire';
import { LogSketch, SKETCH_MAX_INDEX, SKETCH_MIN_INDEX } from '../core/rollup/log-sketch.js';
import { Rollup, ROLLUP_COLUMNS } from '../core/rollup/rollup.js';
import { RollupRecord } from '../gen/sextant/storage/v1/storage.js';
import { StoreError } from './store-error.js';

const COUNT_MAX = 2 ** 32 - 1;

/** @throws RangeError where a count does not fit: more than 49,000 a second for a whole day. */
export function encodeRollup({ sums, latency }: Rollup): Uint8Array {
  const { indexes, counts } = latency;
  if (counts.some((count) => count > COUNT_MAX))
    throw new RangeError('a bucket counts more than can be kept');
  return RollupRecord.encode({
    sums: Array.from(sums.subarray(0, sums.findLastIndex((sum) => sum !== 0) + 1)),
    latencyIndexSteps: indexes.map((index, i) => index - (indexes[i - 1] ?? 0)),
    latencyCounts: [...counts],
  }).finish();
}

/** Numbers of the record's fields, as they stand before packed values: `field << 3 | 2`. */
const TAG = { sums: 10, latencyIndexSteps: 18, latencyCounts: 26 } as const;

/** @throws StoreError `STORE_CORRUPT` where the bytes are no rollup. */
export function decodeRollup(bytes: Uint8Array): Rollup {
  const rollup = new Rollup();
  addEncodedRollup(rollup, bytes);
  return rollup;
}

/**
 * Adds what `encodeRollup` wrote to a rollup. By hand and into what is there already: a month is tens of thousands of
 * these, and objects of each, to be added and dropped, took more time than reading.
 *
 * @throws StoreError `STORE_CORRUPT` where the bytes are no rollup; some of it may have been added then.
 */
export function addEncodedRollup({ sums, latency }: Rollup, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  let indexes: number[] = [];
  let counts: number[] = [];
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const end = reader.uint32() + reader.pos;
      if (end > reader.len) throw unsound();
      if (tag === TAG.sums) addSums(sums, reader, end);
      else if (tag === TAG.latencyIndexSteps) indexes = readIndexes(reader, end);
      else if (tag === TAG.latencyCounts) counts = readCounts(reader, end);
      else throw unsound();
    }
  } catch (error) {
    throw error instanceof StoreError ? error : unsound(error);
  }
  if (indexes.length !== counts.length) throw unsound();
  if (indexes.length > 0) latency.merge(new LogSketch(indexes, counts));
}

function addSums(sums: Float64Array, reader: BinaryReader, end: number): void {
  for (let i = 0; i < ROLLUP_COLUMNS && reader.pos < end; i++) {
    const sum = reader.double();
    if (!(sum >= 0 && sum < Infinity)) throw unsound();
    sums[i]! += sum;
  }
  // A later version may keep more.
  reader.pos = end;
}

function readIndexes(reader: BinaryReader, end: number): number[] {
  const indexes: number[] = [];
  let index = 0;
  while (reader.pos < end) {
    const step = reader.sint32();
    if (indexes.length > 0 ? step <= 0 : step < SKETCH_MIN_INDEX) throw unsound();
    indexes.push((index += step));
  }
  if (index > SKETCH_MAX_INDEX) throw unsound();
  return indexes;
}

function readCounts(reader: BinaryReader, end: number): number[] {
  const counts: number[] = [];
  while (reader.pos < end) {
    const count = reader.uint32();
    if (count === 0) throw unsound();
    counts.push(count);
  }
  return counts;
}

const unsound = (cause?: unknown): StoreError =>
  new StoreError('STORE_CORRUPT', 'a rollup has a number that cannot be. Restore a backup', { cause });
