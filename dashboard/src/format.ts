export const NANO_USD_PER_USD = 1e9;
export const DASH = '–';

const VERSION_DIGITS = 12;
/** As much of a policy's version as people read. */
export const shortVersion = (version: string): string => version.slice(0, VERSION_DIGITS);

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function usd(nanoUsd: number | null): string {
  return nanoUsd === null ? DASH : `${usdNumber(nanoUsd)} USD`;
}

/** Small amounts as 1.2e-4: a request costs fractions of a cent, and zeros cannot be compared. */
export function usdNumber(nanoUsd: number): string {
  const amount = nanoUsd / NANO_USD_PER_USD;
  const size = Math.abs(amount);
  if (size === 0) return '0';
  if (size < 0.01) return amount.toExponential(1);
  if (size < 1) return amount.toPrecision(3);
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function percent(share: number | null): string {
  if (share === null) return DASH;
  const value = share * 100;
  // Next to nothing and next to all are neither.
  if (value > 0 && value < 1) return `${Math.max(0.1, value).toFixed(1)} %`;
  if (value > 99 && value < 100) return `${Math.min(99.9, value).toFixed(1)} %`;
  return `${value.toFixed(0)} %`;
}

export const decimal = (value: number | null, digits = 2): string =>
  value === null ? DASH : value.toFixed(digits);

/** A quality, with as many digits as most logs carry. */
export const threeDigits = (value: number): string => decimal(value, 3);

/** A tick of an axis, with digits for the step between two. */
export function decimalTick(value: number, step: number): string {
  // 0.025 has three places, whatever binary makes of it.
  const places = /\.(\d+)/.exec(Number(step.toPrecision(3)).toFixed(10).replace(/0+$/, ''))?.[1]?.length ?? 0;
  return value.toFixed(Math.max(2, places));
}

export const whole = (value: number | null): string => (value === null ? DASH : grouped.format(value));

/** Three digits at most: 0.42, 5.1, 73, 1,204. */
export function rate(value: number): string {
  if (value === 0) return '0';
  if (value < 1) return value.toFixed(2);
  return value < 100 ? value.toFixed(1).replace(/\.0$/, '') : grouped.format(value);
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return DASH;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 999.5) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const dateSecond = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export const at = (timeMs: number | null): string => (timeMs === null ? DASH : dateTime.format(timeMs));
export const atSecond = (timeMs: number): string => dateSecond.format(timeMs);
export const clock = (timeMs: number): string => clockTime.format(timeMs);

/** 4 min, 3 h 12 min, 2 d 4 h. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1000))} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function bytes(count: number): string {
  return `${(count / 1024 / 1024).toFixed(0)} MiB`;
}
