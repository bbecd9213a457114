import type { Command } from 'commander';
import type { LogFilter } from '../runtime/evaluation/log-replay.js';
import { timeOption } from './time-option.js';

/** Which decisions of a log a command goes through. */
export interface LogFlags {
  readonly tenant?: string;
  readonly useCase?: string;
  readonly since?: number;
  readonly until?: number;
}

export const withLogOptions = (command: Command): Command =>
  command
    .option('--tenant <name>', "only this tenant's decisions")
    .option('--use-case <name>', 'only decisions of this use case')
    .option('--since <time>', 'only decisions from this time on, such as 2026-11-01T00:00Z', timeOption)
    .option('--until <time>', 'only decisions before this time', timeOption);

export const logFilterOf = ({ tenant, useCase, since, until }: LogFlags): LogFilter => ({
  ...(tenant !== undefined && { tenant }),
  ...(useCase !== undefined && { useCase }),
  fromMs: since ?? 0,
  toMs: until ?? Number.MAX_SAFE_INTEGER,
});
