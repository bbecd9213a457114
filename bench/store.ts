import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { startServerProcess } from '../src/cli/demo/server-process.js';
import { table } from '../src/cli/demo/table.js';
import { NO_CONTEXT } from '../src/core/context/context-layout.js';
import type { Outcome } from '../src/core/outcome/outcome.js';
import { contextLayoutOf } from '../src/core/selection/policy.js';
import { foldWhole, saveSnapshot } from '../src/runtime/learner.js';
import { openLevelStore } from '../src/store/level/open-level-store.js';
import type { Store } from '../src/store/ports.js';
import { shippedPolicy } from './core/shipped-policy.js';
import { projectRoot } from './quality/project-root.js';
import { outcomePairs } from './store/outcomes.js';

/** Outcomes in one group commit: reports of two that came while the disk was busy. */
const OUTCOMES_PER_COMMIT = 50;
const REPEATS = 3;

const { values: flags } = parseArgs({ options: { outcomes: { type: 'string', default: '1000000' } } });
const OUTCOMES = Number(flags.outcomes);

const root = projectRoot();
const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-store-'));
const figures: Record<string, number> = { outcomes: OUTCOMES };
const rows: string[][] = [];

function told(title: string, key: string, value: number, unit: string, asked = ''): void {
  figures[key] = Math.round(value * 1000) / 1000;
  rows.push([title, value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2), unit, asked]);
}

/** Outcomes a second of work in this thread: by the clock, and by the time that the processor gave it. */
async function rates(
  work: () => Promise<unknown>,
): Promise<{ readonly clock: number; readonly cpu: number }> {
  let cpuSeconds = Infinity;
  const clockSeconds = await seconds(async () => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1e6);
  });
  return { clock: OUTCOMES / clockSeconds, cpu: OUTCOMES / cpuSeconds };
}

/** Seconds that work takes; the least of several, as other work only adds to it. */
async function seconds(work: () => Promise<unknown>, repeats = REPEATS): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < repeats; i++) {
    const startedMs = performance.now();
    await work();
    least = Math.min(least, (performance.now() - startedMs) / 1000);
  }
  return least;
}

async function fill(store: Store, contextSize: number): Promise<number> {
  // All of it within the life of a ticket, so that every decision is remembered.
  const startMs = Date.now() - (OUTCOMES / 2) * 200 - 60_000;
  const pairs = outcomePairs(OUTCOMES / 2, { startMs, contextSize });
  let group: (readonly Outcome[])[] = [];
  let writingMs = 0;
  const commit = async (): Promise<void> => {
    const startedMs = performance.now();
    await store.outcomes.append(group);
    writingMs += performance.now() - startedMs;
    group = [];
  };
  for (const pair of pairs) {
    group.push(pair);
    if (group.length * 2 >= OUTCOMES_PER_COMMIT) await commit();
  }
  if (group.length > 0) await commit();
  return OUTCOMES / (writingMs / 1000);
}

async function readAll({ outcomes }: Store): Promise<void> {
  for await (const block of outcomes.read(0))
    if (block.outcomes.length === 0) throw new Error('an empty block');
}

const policy = await shippedPolicy();
const { halfLives } = policy.bandit;
const layout = contextLayoutOf(policy);

/** Starts the built server on a store, and ends it. @returns seconds until it served. */
async function serving(path: string): Promise<number> {
  const startedMs = performance.now();
  const server = await startServerProcess(path, join(root, 'rules'), join(root, 'dist/cli/sextant.js'));
  const took = (performance.now() - startedMs) / 1000;
  // Not SIGTERM, which would save a snapshot.
  await server.kill();
  return took;
}

async function measure(name: string, contextSize: number): Promise<string> {
  const path = join(folder, name);
  const store = await openLevelStore(path);
  const of = contextSize === 0 ? 'without contexts' : `contexts of ${contextSize}`;
  told(`append, synced, ${of}`, `append_${name}_per_s`, await fill(store, contextSize), 'outcomes/s');
  await store.close();
  const opening = async (): Promise<void> => (await openLevelStore(path)).close();
  told(`open and verify, ${of}`, `open_${name}_s`, await seconds(opening), 's');
  const again = await openLevelStore(path);
  const read = await rates(() => readAll(again));
  told(`read, ${of}`, `read_${name}_per_s`, read.clock, 'outcomes/s');
  told(`read, ${of}`, `read_${name}_per_cpu_s`, read.cpu, 'outcomes/CPU s');
  const learned = contextSize === 0 ? NO_CONTEXT : layout;
  const fold = await rates(() => foldWhole(again.outcomes, halfLives, learned));
  told(`fold from disk, ${of}`, `fold_${name}_per_s`, fold.clock, 'outcomes/s', '≥ 300,000');
  told(`fold from disk, ${of}`, `fold_${name}_per_cpu_s`, fold.cpu, 'outcomes/CPU s');
  const scrub = OUTCOMES / (await seconds(() => again.scrub(), 1));
  told(`read through for damage, ${of}`, `scrub_${name}_per_s`, scrub, 'outcomes/s');
  await again.close();
  return path;
}

try {
  await measure('plain', 0);
  const path = await measure('contexts', layout.size);
  told('start without a snapshot', 'start_without_snapshot_s', await seconds(() => serving(path), 1), 's');
  const store = await openLevelStore(path);
  await saveSnapshot(await foldWhole(store.outcomes, halfLives, layout), store.snapshots);
  await store.close();
  let least = Infinity;
  for (let i = 0; i < REPEATS; i++) least = Math.min(least, await serving(path));
  told('start with a snapshot', 'start_with_snapshot_s', least, 's', '< 2');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${OUTCOMES.toLocaleString('en')} outcomes, ${OUTCOMES_PER_COMMIT} in a group commit\n`);
console.log(table(['', 'figure', 'unit', 'asked'], rows));
const out = join(root, 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'store.json'), `${JSON.stringify(figures, null, 2)}\n`);
