import type { ClockFact } from './facts.js';

interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  second: number;
  reading: Omit<ClockFact, 'epochMs'> | undefined;
}

/** Formatters are slow to build (tens of µs). Zones come from checked rules, so they are few. */
const zones = new Map<string, Zone>();
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  });
}

/** Names that were found to be zones: a file may name one twenty thousand times. Case does not count in a name. */
const known = new Set<string>();
const KNOWN_MAX = 1_000;

/** Whether the runtime knows the zone, by its IANA name. */
export function isTimeZone(timeZone: string): boolean {
  if (known.has(timeZone)) return true;
  try {
    formatterFor(timeZone);
    if (known.size < KNOWN_MAX) known.add(timeZone);
    return true;
  } catch {
    return false;
  }
}

function readZone(zone: Zone, epochMs: number): Omit<ClockFact, 'epochMs'> {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of zone.formatter.formatToParts(epochMs)) parts[part.type] = part.value;
  const dayOfWeek = WEEKDAYS.indexOf(parts.weekday ?? '') + 1;
  return {
    dayTime: `${parts.weekday} ${parts.hour}:${parts.minute}`,
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    dayOfWeek,
    isWeekday: dayOfWeek <= 5,
    date: `${(parts.year ?? '').padStart(4, '0')}-${parts.month}-${parts.day}`,
  };
}

/** The wall clock of `timeZone` at `epochMs`. Throws RangeError for an unknown zone or an invalid time. */
export function clockAt(epochMs: number, timeZone: string): ClockFact {
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    zone = { formatter: formatterFor(timeZone), second: Number.NaN, reading: undefined };
    zones.set(timeZone, zone);
  }
  // The fields change at most once a second, and many requests share one.
  const second = Math.floor(epochMs / 1000);
  if (zone.reading === undefined || zone.second !== second) {
    zone.reading = readZone(zone, epochMs);
    zone.second = second;
  }
  return { ...zone.reading, epochMs };
}
