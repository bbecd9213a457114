import { mkdirSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Engine } from 'json-rules-engine';
import { applyRules } from '../src/core/rules/apply.js';
import type { EstimateFact, RequestFacts } from '../src/core/rules/facts.js';
import { parseRules } from '../src/core/rules/parse-rules.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../src/core/profile.js';
import { CAPABILITIES, type Model, type ModelId } from '../src/core/registry/model.js';

const MODELS = 50;
const WARM_UP_RUNS = 3_000;
const RUNS = 3_000;
const LIBRARY_RUNS = 20;

const models = Array.from({ length: MODELS }, (_, i): Model => ({
  id: `provider-${i % 7}/model-${i}` as ModelId,
  provider: `provider-${i % 7}`,
  displayName: `Model ${i}`,
  status: 'active',
  lifecycle: i % 11 === 0 ? 'preview' : 'stable',
  inputModalities: i % 3 === 0 ? ['text', 'image'] : ['text'],
  outputModalities: ['text'],
  capabilities: ['streaming', 'tools'],
  contextWindowTokens: 8_000 * (1 + (i % 16)),
  maxOutputTokens: 4_000,
  regions: i % 2 === 0 ? ['us', 'eu'] : ['us'],
  dataPolicies: ['no_training'],
  languages: [],
  tags: [`tier-${i % 5}`],
  aliases: [],
}));

const estimate = (i: number): EstimateFact => ({
  inputTokens: 1_000,
  outputTokens: 400,
  totalTokens: 1_400,
  costUsd: 0.0001 * (1 + i),
  costUsdHigh: 0.0002 * (1 + i),
  latencyMs: 400 + 20 * i,
  priced: true,
});

const facts: RequestFacts = {
  request: { useCase: 'support', attributes: { team: 'a', residency: 'eu' }, batch: false, streaming: true },
  profile: {
    inputTokens: 1_000,
    taskType: 'open_chat',
    complexity: 0.4,
    level: 'medium',
    dimensions: Object.fromEntries(
      COMPLEXITY_DIMENSIONS.map((name) => [name, 0.3]),
    ) as unknown as DimensionScores,
    modalities: ['text'],
    messageCount: 3,
  },
  budget: { limited: true, lambda: 0.1 },
  tenant: { id: 'a', tier: 'standard', tags: [] },
  epochMs: Date.UTC(2025, 0, 15, 10),
};

const compare = (fact: string, path: string, operator: string, value: unknown) => ({
  fact,
  path,
  operator,
  value,
});

/** Rules as teams write them: some about the request, most about a model, few of which fire. */
const KINDS: readonly ((i: number) => object)[] = [
  (i) => ({ all: [compare('model', '$.tags', 'contains', `tag-${i}`)] }),
  (i) => ({
    all: [
      compare('request', '$.attributes.team', 'equal', `team-${i}`),
      compare('model', '$.regions', 'not:contains', 'eu'),
    ],
  }),
  (i) => ({
    all: [
      compare('estimate', '$.totalTokens', 'greaterThan', { fact: 'model', path: '$.contextWindowTokens' }),
      compare('model', '$.provider', 'equal', `p${i}`),
    ],
  }),
  (i) => ({
    any: [
      compare('model', '$.lifecycle', 'equal', 'deprecated'),
      compare('estimate', '$.costUsd', 'greaterThan', 1 + i),
    ],
  }),
  (i) => ({
    all: [
      compare('model', '$.provider', 'in', [`p${i}`, `q${i}`]),
      compare('profile', '$.level', 'equal', 'high'),
    ],
  }),
];

/** The same without gates: every rule is asked on every model. */
const UNGATED: readonly ((i: number) => object)[] = KINDS.filter((_, kind) => kind !== 1 && kind !== 4);

function document(kinds: readonly ((i: number) => object)[], count: number) {
  return {
    rules: Array.from({ length: count }, (_, i) => ({
      name: `rule-${i}`,
      priority: 1 + (i % 3),
      conditions: kinds[i % kinds.length]?.(i) ?? { all: [] },
      event: { type: 'exclude', params: { reason: 'bench' } },
    })),
  };
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;

function measure(run: () => unknown): { median: number; p99: number } {
  for (let i = 0; i < WARM_UP_RUNS; i++) run();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    times.push((performance.now() - start) * 1_000);
  }
  times.sort((a, b) => a - b);
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function measureLibrary(
  rules: ReturnType<typeof document>['rules'],
): Promise<{ median: number; p99: number }> {
  const times: number[] = [];
  for (let run = 0; run < LIBRARY_RUNS; run++) {
    const start = performance.now();
    for (const [i, model] of models.entries()) {
      const engine = new Engine(rules as never, {
        allowUndefinedFacts: true,
        pathResolver: (value, path) =>
          path
            .slice(2)
            .split('.')
            .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value),
      });
      await engine.run({ ...facts, model, estimate: estimate(i) });
    }
    times.push((performance.now() - start) * 1_000);
  }
  times.sort((a, b) => a - b);
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const candidates = models.map((model, i) => ({ model, estimate: estimate(i) }));
const rows: Record<string, { 'median µs': string; 'p99 µs': string }> = {};
const figures: Record<string, number> = {};
const row = (name: string, { median, p99 }: { median: number; p99: number }) => {
  figures[`${name}, median µs`] = median;
  rows[name] = { 'median µs': median.toFixed(1), 'p99 µs': p99.toFixed(1) };
};

for (const [name, kinds] of [
  ['mixed', KINDS],
  ['all per model', UNGATED],
] as const) {
  for (const count of [10, 100]) {
    const value = document(kinds, count);
    const parsed = parseRules([{ file: 'bench.json', value }], () => [], {
      models,
      capabilities: CAPABILITIES,
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    row(
      `sextant, ${count} rules (${name}) × ${MODELS} models`,
      measure(() => applyRules(parsed.value, facts, candidates)),
    );
  }
}
row(
  `json-rules-engine, 100 rules (mixed) × ${MODELS} models`,
  await measureLibrary(document(KINDS, 100).rules),
);
console.table(rows);
mkdirSync('bench/out', { recursive: true });
writeFileSync('bench/out/rules.json', `${JSON.stringify(figures, null, 2)}\n`);
