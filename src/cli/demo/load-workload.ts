import { readFileSync } from 'node:fs';
import type { WorkloadPrompt, WorkloadRates } from './draw-outcomes.js';

/** Reads the prompts that are shipped in `examples/workload`. */
export function loadPrompts(): WorkloadPrompt[] {
  return read('prompts.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WorkloadPrompt);
}

/** Reads the rates that are shipped in `examples/workload`. */
export function loadRates(): WorkloadRates {
  return JSON.parse(read('rates.json')) as WorkloadRates;
}

function read(name: string): string {
  return readFileSync(new URL(`../../../examples/workload/${name}`, import.meta.url), 'utf8');
}
