import { WEEKDAYS } from './clock.js';

/** A window of the week: on these days, from a minute to a minute; past midnight, it ends on the next day. */
export interface TimeWindow {
  /** 0 is Monday: the day on which the window begins. */
  readonly days: ReadonlySet<number>;
  readonly fromMinute: number;
  /** Exclusive. Not above `fromMinute` where the window passes midnight. */
  readonly toMinute: number;
}

/** `Wed 11:00`, as `clock` gives `$.dayTime`. */
const DAY_TIME = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):([0-5][0-9])$/;
const HOURS = /^([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])$/;
const WINDOW_LENGTH_MAX = 64;
const DAY_MINUTES = 24 * 60;
const FORM = 'such as "Mon-Fri 20:00-06:00", "22:00-06:00" or "Sat,Sun"';

function readDays(text: string): Set<number> | undefined {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first = '', last = first, ...rest] = part.split('-');
    const [from, to] = [WEEKDAYS.indexOf(first), WEEKDAYS.indexOf(last)];
    if (from < 0 || to < 0 || rest.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === to) break;
    }
  }
  return days;
}

/** Reads `Mon-Fri 20:00-06:00`, where days or hours may be left out. */
export function parseTimeWindow(text: string): TimeWindow | { readonly reason: string } {
  const parts = text.length > WINDOW_LENGTH_MAX ? [] : text.split(' ');
  if (parts.length === 0 || parts.length > 2) return { reason: `must be a window, ${FORM}` };
  const last = parts.at(-1) ?? '';
  const hours = HOURS.exec(last);
  const dayText = hours === null ? last : parts.length === 2 ? parts[0] : undefined;
  if (hours === null && parts.length === 2) return { reason: `cannot read the hours ${last}: ${FORM}` };
  const days = dayText === undefined ? new Set([0, 1, 2, 3, 4, 5, 6]) : readDays(dayText);
  if (days === undefined) return { reason: `cannot read ${dayText}: ${FORM}` };
  if (hours === null) return { days, fromMinute: 0, toMinute: DAY_MINUTES };
  const [fromMinute, toMinute] = [minuteOf(hours[1], hours[2]), minuteOf(hours[3], hours[4])];
  if (fromMinute >= DAY_MINUTES || toMinute > DAY_MINUTES) return { reason: 'a day ends at 24:00' };
  if (fromMinute === toMinute) return { reason: 'begins and ends at the same minute' };
  return { days, fromMinute, toMinute };
}

const minuteOf = (hour: string | undefined, minute: string | undefined): number =>
  Number(hour) * 60 + Number(minute);

/** Whether `Wed 11:00` lies in a window. Windows are wall-clock time: in the hour that repeats, it is in it twice. */
export function isWithin(dayTime: unknown, window: TimeWindow): boolean {
  const match = typeof dayTime === 'string' ? DAY_TIME.exec(dayTime) : null;
  if (match === null) return false;
  const day = WEEKDAYS.indexOf(match[1] ?? '');
  const minute = minuteOf(match[2], match[3]);
  const { days, fromMinute, toMinute } = window;
  if (fromMinute < toMinute) return days.has(day) && minute >= fromMinute && minute < toMinute;
  return (days.has(day) && minute >= fromMinute) || (days.has((day + 6) % 7) && minute < toMinute);
}
