import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const LONGEST_MS = 3_660 * 86_400_000;

/** Reads a span of time such as `7d`, `24h`, `90m` or `4w`. @returns milliseconds. */
export function spanOption(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? NaN);
  if (!(ms > 0 && ms <= LONGEST_MS))
    throw new InvalidArgumentError('write a span of time as 7d, 24h, 90m or 4w, at most ten years.');
  return ms;
}
