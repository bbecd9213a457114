import { QUARTER_MS } from './spend-history.js';

export const PERIOD_UNITS = ['day', 'week', 'month'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** One calendar period: from the first instant of its first local day to that of the next period's. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Offsets lie in UTC−12 … UTC+14, and a day that begins in a gap of daylight saving begins an hour late. */
const MAX_OFFSET_MS = 15 * HOUR_MS;
const MONDAY = 4;

/** Whether the runtime's time zone database has a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Days, weeks from Monday, or months of a time zone. A local day begins at its first instant, which is not
 * midnight where daylight saving skips it. Periods begin on quarters of an hour, as every zone's offsets and
 * changes have done since 2012.
 */
class PeriodCalendar {
  private readonly format: Intl.DateTimeFormat;
  private latest: Period | undefined;

  constructor(
    private readonly unit: PeriodUnit,
    timeZone: string,
  ) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
  }

  periodAt(timeMs: number): Period {
    const { latest } = this;
    if (latest !== undefined && timeMs >= latest.startMs && timeMs < latest.endMs) return latest;
    const first = firstDay(this.localDay(timeMs), this.unit);
    const period = {
      startMs: this.beginningOf(first),
      endMs: this.beginningOf(nextFirstDay(first, this.unit)),
    };
    this.latest = period;
    return period;
  }

  /** Days from 1970-01-01 to the local date of an instant. */
  private localDay(timeMs: number): number {
    let [year, month, day] = [0, 0, 0];
    for (const { type, value } of this.format.formatToParts(timeMs)) {
      if (type === 'year') year = Number(value);
      else if (type === 'month') month = Number(value);
      else if (type === 'day') day = Number(value);
    }
    return Date.UTC(year, month - 1, day) / DAY_MS;
  }

  /** First quarter of an hour whose local date is this day, or a later one where a zone skipped the day. */
  private beginningOf(day: number): number {
    let before = (day * DAY_MS - MAX_OFFSET_MS) / QUARTER_MS;
    let within = (day * DAY_MS + MAX_OFFSET_MS) / QUARTER_MS;
    while (within - before > 1) {
      const middle = Math.floor((before + within) / 2);
      if (this.localDay(middle * QUARTER_MS) < day) before = middle;
      else within = middle;
    }
    return within * QUARTER_MS;
  }
}

function firstDay(day: number, unit: PeriodUnit): number {
  if (unit === 'day') return day;
  // Day 0 was a Thursday, so that day 4 was a Monday.
  if (unit === 'week') return day - ((((day - MONDAY) % 7) + 7) % 7);
  return day - (new Date(day * DAY_MS).getUTCDate() - 1);
}

function nextFirstDay(first: number, unit: PeriodUnit): number {
  if (unit !== 'month') return first + (unit === 'week' ? 7 : 1);
  const date = new Date(first * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS;
}

/** Bounded by the zones that budgets may name; a formatter is too dear to make for each decision. */
const calendars = new Map<string, PeriodCalendar>();

/**
 * The period that an instant lies in.
 * @throws RangeError for a time zone that does not exist.
 */
export function periodAt(unit: PeriodUnit, timeZone: string, timeMs: number): Period {
  const key = `${unit} ${timeZone}`;
  let calendar = calendars.get(key);
  if (calendar === undefined) calendars.set(key, (calendar = new PeriodCalendar(unit, timeZone)));
  return calendar.periodAt(timeMs);
}
