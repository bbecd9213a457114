import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogSketch } from '../../src/core/rollup/log-sketch.js';
import { Rollup } from '../../src/core/rollup/rollup.js';
import { RollupRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { addEncodedRollup, decodeRollup, encodeRollup } from '../../src/store/rollup-codec.js';
import { anyLog, HOUR_MS } from '../builders/learning.js';
import { outcomeOf } from './outcome-arbitrary.js';

const bytesOf = (partial: Parameters<typeof RollupRecord.fromPartial>[0]): Uint8Array =>
  RollupRecord.encode(RollupRecord.fromPartial(partial)).finish();

describe('a stored rollup', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyLog(HOUR_MS), (log) => {
        const rollup = new Rollup();
        for (const outcome of log) rollup.addOutcome(outcome);
        rollup.addDecision(0.5);
        expect(decodeRollup(encodeRollup(rollup))).toEqual(rollup);
      }),
    );
  });

  it('has the sketch of a latency just below a millisecond as it was', () => {
    const rollup = new Rollup();
    rollup.addOutcome(outcomeOf(1, { execution: { status: 'success', latencyMs: 0.9607843137254902 } }));
    expect(decodeRollup(encodeRollup(rollup))).toEqual(rollup);
  });

  it('is added to another as the two are merged', () => {
    fc.assert(
      fc.property(fc.array(anyLog(HOUR_MS), { minLength: 1, maxLength: 4 }), (logs) => {
        const [merged, added] = [new Rollup(), new Rollup()];
        for (const log of logs) {
          const rollup = new Rollup();
          for (const outcome of log) rollup.addOutcome(outcome);
          merged.merge(rollup);
          addEncodedRollup(added, encodeRollup(rollup));
        }
        expect(added).toEqual(merged);
      }),
    );
  });

  it('is refused where its bytes are cut off or of something else', () => {
    const bytes = bytesOf({ sums: [1, 2, 3], latencyIndexSteps: [5, 1], latencyCounts: [1, 300] });
    for (let length = 1; length < bytes.length; length++) {
      // Whole fields before the cut are a record too, of sums alone.
      if (length === 2 + 3 * 8) continue;
      expect(() => decodeRollup(bytes.subarray(0, length)), String(length)).toThrow('cannot be');
    }
    expect(() => decodeRollup(Uint8Array.of(34, 1, 0))).toThrow('cannot be');
  });

  it('may have fewer sums than today, or more', () => {
    expect(decodeRollup(bytesOf({ sums: [3] })).get('decisions')).toBe(3);
    expect(decodeRollup(bytesOf({ sums: Array<number>(200).fill(1) })).get('decisions')).toBe(1);
  });

  it('is refused where it says what cannot be', () => {
    const unsound = [
      { sums: [NaN] },
      { sums: [-1] },
      { sums: [Infinity] },
      { latencyIndexSteps: [5, 0], latencyCounts: [1, 1] },
      { latencyIndexSteps: [5], latencyCounts: [] },
      { latencyIndexSteps: [5], latencyCounts: [0] },
      { latencyIndexSteps: [100_000], latencyCounts: [1] },
    ];
    for (const partial of unsound)
      expect(() => decodeRollup(bytesOf(partial)), JSON.stringify(partial)).toThrow('cannot be');
    expect(() => encodeRollup(new Rollup(undefined, new LogSketch([5], [2 ** 33])))).toThrow(RangeError);
  });
});
