import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { table } from '../src/cli/demo/table.js';
import type { TenantId, UseCase } from '../src/core/ids.js';
import { rngFromSeed } from '../src/core/random.js';
import type { ArmId } from '../src/core/registry/model.js';
import { ROLLUP_SOURCES, type RollupKey } from '../src/core/rollup/rollup-book.js';
import { Rollup } from '../src/core/rollup/rollup.js';
import { TIER_MS, type RollupTier } from '../src/core/rollup/tier.js';
import { ListTimeSeriesResponse } from '../src/gen/sextant/v1/insight.js';
import {
  readTimeSeries,
  type SeriesLabel,
  type TimeSeriesQuery,
} from '../src/runtime/rollups/time-series.js';
import { encodeTimeSeries } from '../src/service/encode/time-series.js';
import { openLevelStore } from '../src/store/level/open-level-store.js';
import type { RollupRow } from '../src/store/ports.js';
import { encodeRollup } from '../src/store/rollup-codec.js';
import { projectRoot } from './quality/project-root.js';
import { outcomePairs } from './store/outcomes.js';

const DECISIONS = 10_000_000;
const DAYS = 30;
const USE_CASES = 5;
const MODELS = 6;
const REPEATS = 5;
const TENANT = 'acme' as TenantId;
const START_MS = 1_767_225_600_000;
const END_MS = START_MS + DAYS * TIER_MS.day;
const { hour: HOUR, day: DAY } = TIER_MS;
/** Rollups are drawn from so many that were made of outcomes. */
const TEMPLATES = 32;

const rng = rngFromSeed(7n);
const perHour = DECISIONS / (DAYS * 24 * USE_CASES * MODELS);

/** Sums over as many decisions, with latencies that are spread as those of models are. */
function template(decisions: number, source: RollupKey['source']): Uint8Array {
  const rollup = new Rollup();
  if (source === 'decisions') for (let i = 0; i < decisions; i++) rollup.addDecision(1);
  else
    for (const pair of outcomePairs(Math.round(decisions), { startMs: START_MS, contextSize: 0 }))
      for (const outcome of pair) {
        const spread = Math.exp(6.5 + 0.6 * (rng() + rng() + rng() + rng() - 2) * 1.7);
        const { execution } = outcome;
        rollup.addOutcome(
          execution ? { ...outcome, execution: { ...execution, latencyMs: spread } } : outcome,
        );
      }
  return encodeRollup(rollup);
}

const armIds = new Map(Array.from({ length: MODELS }, (_, i) => [`acme/model-${i}`, (i + 1) as ArmId]));

function* rowsOf(tier: RollupTier): Generator<RollupRow> {
  const hours = TIER_MS[tier] / HOUR;
  const templates = new Map(
    ROLLUP_SOURCES.map((source) => [
      source,
      Array.from({ length: TEMPLATES }, () => template(perHour * hours, source)),
    ]),
  );
  for (let startMs = START_MS; startMs < END_MS; startMs += TIER_MS[tier])
    for (let useCase = 0; useCase < USE_CASES; useCase++)
      for (const armId of armIds.values())
        for (const source of ROLLUP_SOURCES) {
          const key = {
            tier,
            tenant: TENANT,
            startMs,
            useCase: `use-case-${useCase}` as UseCase,
            armId,
            source,
          };
          yield { key, body: templates.get(source)![Math.floor(rng() * TEMPLATES)]! };
        }
}

const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-rollups-'));
const store = await openLevelStore(join(folder, 'store'));
const counts: Partial<Record<RollupTier, number>> = {};
for (const tier of ['hour', 'day'] as const) {
  let batch: RollupRow[] = [];
  for (const row of rowsOf(tier)) {
    counts[tier] = (counts[tier] ?? 0) + 1;
    batch.push(row);
    if (batch.length < 1_000) continue;
    await store.rollups.commit(batch, 0);
    batch = [];
  }
  await store.rollups.commit(batch, 0);
}

interface View {
  readonly title: string;
  readonly tier: RollupTier;
  readonly periodMs?: number;
  readonly by: readonly SeriesLabel[];
}
const VIEWS: readonly View[] = [
  { title: 'by day, use case and model', tier: 'day', periodMs: DAY, by: ['use_case', 'model'] },
  { title: 'in one, by use case and model', tier: 'day', by: ['use_case', 'model'] },
  { title: 'by 6 hours, use case and model', tier: 'hour', periodMs: 6 * HOUR, by: ['use_case', 'model'] },
  { title: 'by hour and use case', tier: 'hour', periodMs: HOUR, by: ['use_case'] },
];

const rows: string[][] = [];
const figures: Record<string, number> = {};
for (const { title, tier, periodMs, by } of VIEWS) {
  const span = { tenant: TENANT, tier, fromMs: START_MS, toMs: END_MS };
  const query: TimeSeriesQuery = {
    ...span,
    groupBy: new Set(by),
    ...(periodMs !== undefined && { periodMs }),
  };
  const times: number[] = [];
  let [bytes, points] = [0, 0];
  for (let i = 0; i < REPEATS; i++) {
    const startedMs = performance.now();
    const series = await readTimeSeries(store.rollups, armIds, query);
    const answer = encodeTimeSeries(series, query, { quantiles: [0.5, 0.95, 0.99], keptSinceMs: 0 });
    bytes = ListTimeSeriesResponse.encode(answer).finish().length;
    times.push(performance.now() - startedMs);
    points = series.reduce((sum, one) => sum + one.points.length, 0);
  }
  const [first] = times;
  const median = [...times].sort((a, b) => a - b)[Math.floor(REPEATS / 2)]!;
  figures[title] = Math.round(median);
  rows.push([title, String(points), (bytes / 1e6).toFixed(2), first!.toFixed(0), median.toFixed(0), '300']);
}
await store.close();
rmSync(folder, { recursive: true });

console.log(
  `A month with ${DECISIONS.toLocaleString('en')} decisions: ${counts.hour} rollups by hour, ${counts.day} by day\n`,
);
console.log(table(['view', 'points', 'MB', 'first, ms', 'median, ms', 'asked'], rows));
const out = join(projectRoot(), 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'rollups.json'), `${JSON.stringify(figures, null, 2)}\n`);
