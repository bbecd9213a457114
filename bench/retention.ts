import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess } from '../src/cli/demo/server-process.js';
import { table } from '../src/cli/demo/table.js';
import type { Outcome } from '../src/core/outcome/outcome.js';
import { contextLayoutOf } from '../src/core/selection/policy.js';
import { foldWhole, saveSnapshot } from '../src/runtime/learner.js';
import { openLevelStore } from '../src/store/level/open-level-store.js';
import { shippedPolicy } from './core/shipped-policy.js';
import { quantile, SteadySelects, type Timed } from './load/steady-selects.js';
import { projectRoot } from './quality/project-root.js';
import { outcomePairs } from './store/outcomes.js';

/** One decision every half millisecond, so that each look of retention finds some ten thousands of outcomes too old. */
const MS_BETWEEN = 0.5;
const LOOK_EVERY_SECONDS = 10;
const LOOKS = 9;
const DAY_MS = 86_400_000;
const OUTCOMES_PER_COMMIT = 500;
const WARM_UP_SECONDS = 5;

const root = projectRoot();
const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-retention-'));
const storePath = join(folder, 'store');
const policy = await shippedPolicy();
const layout = contextLayoutOf(policy);

/** Outcomes that pass the age of a day while the server runs, one after the other. */
async function fill(): Promise<void> {
  const store = await openLevelStore(storePath);
  const seconds = LOOK_EVERY_SECONDS * (LOOKS + 2);
  const decisions = (seconds * 1_000) / MS_BETWEEN;
  const startMs = Date.now() - DAY_MS;
  const mix = { startMs, contextSize: layout.size, msBetween: MS_BETWEEN };
  let group: (readonly Outcome[])[] = [];
  for (const pair of outcomePairs(decisions, mix)) {
    group.push(pair);
    if (group.length * 2 < OUTCOMES_PER_COMMIT) continue;
    await store.outcomes.append(group);
    group = [];
  }
  if (group.length > 0) await store.outcomes.append(group);
  await saveSnapshot(await foldWhole(store.outcomes, policy.bandit.halfLives, layout), store.snapshots);
  await store.close();
}

/** When retention was at work, in milliseconds since the Unix epoch. */
const busy: { readonly fromMs: number; readonly toMs: number }[] = [];
let removed = 0;
let timed: readonly Timed[];
try {
  await fill();
  const server = await startServerProcess(storePath, join(root, 'rules'), join(root, 'dist/cli/sextant.js'), {
    settings: {
      'retention.everySeconds': String(LOOK_EVERY_SECONDS),
      'retention.outcomeDays': '1',
      'tickets.lifeHours': '1',
      // How late answers are is what is measured.
      'overload.eventLoopDelayMs': '0',
    },
    onLine: ({ msg, time, tookMs, outcomes = 0 }) => {
      if (tookMs === undefined || msg !== 'removed as retention says') return;
      const toMs = Date.parse(time);
      busy.push({ fromMs: toMs - tookMs, toMs });
      removed += outcomes;
    },
  });
  const selects = new SteadySelects(server.address);
  try {
    await selects.ask(WARM_UP_SECONDS);
    timed = await selects.ask(LOOK_EVERY_SECONDS * LOOKS);
  } finally {
    selects.close();
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const isBeside = ({ atMs, tookMs }: Timed): boolean =>
  busy.some(({ fromMs, toMs }) => atMs + tookMs >= fromMs && atMs <= toMs);
const beside = timed.filter(isBeside).map(({ tookMs }) => tookMs);
const without = timed.filter((each) => !isBeside(each)).map(({ tookMs }) => tookMs);
const busyMs = busy.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
const figures: Record<string, number> = { looks: busy.length, removed_outcomes: removed, busy_ms: busyMs };
const rows = [0.5, 0.9, 0.99, 1].map((q) => {
  const [a, b] = [quantile(without, q), quantile(beside, q)];
  const name = q === 1 ? 'max' : `p${100 * q}`;
  figures[`${name}_without_ms`] = a;
  figures[`${name}_beside_ms`] = b;
  figures[`${name}_ratio`] = b / a;
  return [name, a.toFixed(3), b.toFixed(3), (b / a).toFixed(3)];
});
console.log(
  `${removed} outcomes removed in ${busy.length} looks, ${(busyMs / 1000).toFixed(1)} s of ${LOOK_EVERY_SECONDS * LOOKS} s; ${beside.length} Selects meanwhile and ${without.length} else\n`,
);
console.log(table(['Select, ms at the caller', 'else', 'meanwhile', 'ratio'], rows));
const out = join(root, 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'retention.json'), `${JSON.stringify(figures, null, 2)}\n`);
