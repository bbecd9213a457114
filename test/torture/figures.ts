import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PROJECT_ROOT } from '../service/public-descriptors.js';

const FOLDER = join(PROJECT_ROOT, 'build/torture');

/** Whether a torture is run at length, and not in the short form that `make test` has of it. */
export const isAtLength = process.env['SEXTANT_TORTURE'] !== undefined;

/** How much of a torture is done: its short form where the variable is not set. */
export const amountOf = (variable: string, short: number): number => Number(process.env[variable] ?? short);

export const figuresPath = (name: string): string => join(FOLDER, `${name}.json`);

/** Keeps what a torture came to, with the day, under `build/torture`. */
export function keepFigures(name: string, figures: Readonly<Record<string, number>>): void {
  mkdirSync(FOLDER, { recursive: true });
  const dated = { date: new Date().toISOString().slice(0, 10), ...figures };
  writeFileSync(figuresPath(name), `${JSON.stringify(dated, null, 2)}\n`);
}

/** Prints what a torture came to, and keeps it where it was run at length. */
export function publish(name: string, figures: Readonly<Record<string, number>>): void {
  console.log(`${name}: ${JSON.stringify(figures)}`);
  if (isAtLength) keepFigures(name, figures);
}

const MIB = 1024 ** 2;
let collect: (() => void) | undefined;

/** What lives on the heap of this process, in MiB, garbage taken away before. */
export function liveHeapMib(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose_gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed / MIB;
}
