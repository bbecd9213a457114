import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PROJECT_ROOT } from '../service/public-descriptors.js';

/** How much of a torture is done: its short form where the variable is not set. */
export const amountOf = (variable: string, short: number): number => Number(process.env[variable] ?? short);

/** Prints what a torture came to, and keeps it under `build/torture`. */
export function publish(name: string, figures: Readonly<Record<string, number | string>>): void {
  const folder = join(PROJECT_ROOT, 'build/torture');
  mkdirSync(folder, { recursive: true });
  const dated = { ...figures, date: new Date().toISOString().slice(0, 10) };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(dated, null, 2)}\n`);
  process.stdout.write(`${name}: ${JSON.stringify(dated)}\n`);
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
