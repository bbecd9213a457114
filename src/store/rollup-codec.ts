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

/** @throws StoreError `STORE_CORRUPT` where the bytes are no rollup. */
export function decodeRollup(bytes: Uint8Array): Rollup {
  const { sums, latencyIndexSteps: steps, latencyCounts } = RollupRecord.decode(bytes);
  const own = new Float64Array(ROLLUP_COLUMNS);
  let isSound = steps.length === latencyCounts.length;
  // A later version may keep more.
  for (let i = 0; i < Math.min(ROLLUP_COLUMNS, sums.length); i++) {
    own[i] = sums[i]!;
    isSound &&= own[i]! >= 0 && own[i]! < Infinity;
  }
  // In place of the steps, which nobody else has: a month is read as tens of thousands of these.
  for (let i = 0; i < steps.length && isSound; i++) {
    isSound = latencyCounts[i]! > 0 && (i === 0 || steps[i]! > 0);
    steps[i]! += i === 0 ? 0 : steps[i - 1]!;
  }
  isSound &&= steps.length === 0 || (steps[0]! >= SKETCH_MIN_INDEX && steps.at(-1)! <= SKETCH_MAX_INDEX);
  if (!isSound)
    throw new StoreError('STORE_CORRUPT', 'a rollup has a number that cannot be. Restore a backup');
  return new Rollup(own, new LogSketch(steps, latencyCounts));
}
