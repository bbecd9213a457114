import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isTimeZone,
  PERIOD_UNITS,
  periodAt,
  type PeriodUnit,
} from '../../../src/core/budget/period-calendar.js';
import { QUARTER_MS } from '../../../src/core/budget/spend-history.js';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const shown = (unit: PeriodUnit, zone: string, iso: string): string => {
  const { startMs, endMs } = periodAt(unit, zone, at(iso));
  return `${new Date(startMs).toISOString().slice(0, 16)} ${new Date(endMs).toISOString().slice(0, 16)}`;
};
const hours = (zone: string, iso: string): number => {
  const { startMs, endMs } = periodAt('day', zone, at(iso));
  return (endMs - startMs) / HOUR_MS;
};

describe('a period', () => {
  it.each([
    ['day', 'UTC', '2026-03-10T23:59:59Z', '2026-03-10T00:00 2026-03-11T00:00'],
    ['day', 'Europe/Berlin', '2026-01-10T23:30:00Z', '2026-01-10T23:00 2026-01-11T23:00'],
    ['week', 'UTC', '2026-03-15T12:00:00Z', '2026-03-09T00:00 2026-03-16T00:00'],
    ['week', 'UTC', '2026-03-16T00:00:00Z', '2026-03-16T00:00 2026-03-23T00:00'],
    ['month', 'UTC', '2026-12-31T23:59:59Z', '2026-12-01T00:00 2027-01-01T00:00'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00 2028-03-01T00:00'],
    ['month', 'UTC', '2027-02-28T23:59:59Z', '2027-02-01T00:00 2027-03-01T00:00'],
    ['month', 'America/New_York', '2026-11-01T03:59:00Z', '2026-10-01T04:00 2026-11-01T04:00'],
    ['month', 'America/New_York', '2026-11-15T00:00:00Z', '2026-11-01T04:00 2026-12-01T05:00'],
    ['day', 'Asia/Kolkata', '2026-03-10T18:29:59Z', '2026-03-09T18:30 2026-03-10T18:30'],
    ['day', 'Asia/Kathmandu', '2026-03-10T18:15:00Z', '2026-03-10T18:15 2026-03-11T18:15'],
    ['day', 'Pacific/Kiritimati', '2026-03-10T10:00:00Z', '2026-03-10T10:00 2026-03-11T10:00'],
    ['day', 'Etc/GMT+12', '2026-03-10T12:00:00Z', '2026-03-10T12:00 2026-03-11T12:00'],
  ] as const)('is the %s of %s that %s lies in', (unit, zone, iso, expected) => {
    expect(shown(unit, zone, iso)).toBe(expected);
  });

  it('has 23, 25 or 24.5 hours on the days when clocks change', () => {
    expect(hours('Europe/Berlin', '2026-03-29T12:00:00Z')).toBe(23);
    expect(hours('Europe/Berlin', '2026-10-25T12:00:00Z')).toBe(25);
    expect(hours('Europe/Berlin', '2026-10-26T12:00:00Z')).toBe(24);
    expect(hours('Australia/Lord_Howe', '2026-04-05T01:00:00Z')).toBe(24.5);
  });

  it('begins at one where daylight saving skips midnight', () => {
    // Cairo's clocks went from 24:00 to 1:00 on 2026-04-24.
    expect(shown('day', 'Africa/Cairo', '2026-04-24T12:00:00Z')).toBe('2026-04-23T22:00 2026-04-24T21:00');
  });

  it('passes over a day that a zone skipped', () => {
    // Samoa had no 2011-12-30.
    expect(shown('day', 'Pacific/Apia', '2011-12-30T09:00:00Z')).toBe('2011-12-29T10:00 2011-12-30T10:00');
    expect(shown('day', 'Pacific/Apia', '2011-12-30T10:00:00Z')).toBe('2011-12-30T10:00 2011-12-31T10:00');
  });

  it('holds its instant, is followed by the next, and begins on a quarter of an hour, in every zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const times = { min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') };
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...PERIOD_UNITS),
        fc.integer(times),
        (zone, unit, timeMs) => {
          const { startMs, endMs } = periodAt(unit, zone, timeMs);
          expect(startMs).toBeLessThanOrEqual(timeMs);
          expect(endMs).toBeGreaterThan(timeMs);
          expect(startMs % QUARTER_MS).toBe(0);
          expect(periodAt(unit, zone, endMs).startMs).toBe(endMs);
          expect(periodAt(unit, zone, startMs - 1).endMs).toBe(startMs);
          expect(periodAt(unit, zone, startMs)).toEqual({ startMs, endMs });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows which time zones there are', () => {
    expect(['Europe/Berlin', 'UTC', 'Asia/Kathmandu'].every(isTimeZone)).toBe(true);
    expect(['Europe/Berlni', '', 'Mars/Olympus'].some(isTimeZone)).toBe(false);
    expect(() => periodAt('day', 'Mars/Olympus', 0)).toThrow(RangeError);
  });
});
