import { InvalidArgumentError } from 'commander';

/** Reads an option that is a time. @returns milliseconds since the Unix epoch. */
export function timeOption(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || ms < 0) throw new InvalidArgumentError('write a time as 2026-11-25T08:00Z.');
  return ms;
}
