import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  durationFromMs,
  msFromDuration,
  msFromTimestamp,
  timestampFromMs,
} from '../../../src/service/encode/time.js';

describe('times on the wire', () => {
  it.each([
    [0, 0n, 0],
    [1, 0n, 1_000_000],
    [999, 0n, 999_000_000],
    [1000, 1n, 0],
    [1234.5, 1n, 234_500_000],
    [86_400_000, 86_400n, 0],
  ])('%d ms are %d s and %d ns', (ms, seconds, nanos) => {
    expect(durationFromMs(ms)).toEqual({ seconds, nanos });
  });

  it('come back, whole milliseconds exactly and fractions to the nanosecond', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(999_999), (ms, nanos) => {
        expect(msFromDuration(durationFromMs(ms))).toBe(ms);
        expect(msFromTimestamp(timestampFromMs(1_700_000_000_000 + ms))).toBe(1_700_000_000_000 + ms);
        expect(Math.abs(msFromDuration(durationFromMs(ms + nanos / 1e6)) - (ms + nanos / 1e6))).toBeLessThan(
          2e-6,
        );
      }),
    );
  });
});
