import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric } from 'prom-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addEdgeMetrics } from '../../src/admin/edge-metrics.js';
import { createMetrics } from '../../src/admin/metrics.js';
import { newAuthority } from '../builders/certificates.js';
import { openTestRuntime } from '../builders/runtime.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { startServer } from './built-server.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

const fileOf = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const rules = (
  parse(fileOf('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(fileOf('deploy/grafana/sextant.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
};
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Metrics with the labels that an expression asks of them; those of Prometheus itself are left out. */
function metricsIn(expr: string): { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b((?:sextant|process|nodejs)_\w+)(\{[^}]*\})?/g)].map(
    ([, name, selector = '']) => ({
      name: name!,
      labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }),
  );
}
const groupedBy = (expr: string): readonly string[] =>
  [...expr.matchAll(/\b(?:by|without|on)\s*\(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.trim()),
  );
const family = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, '');

const BRACKETS = [
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
] as const;

/** What Prometheus adds to every series that it scrapes. */
const TARGET_LABELS = ['job', 'instance'];

let served: ReadonlySet<string>;
let labelsOf: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const folder = newFolder();
  const authority = await newAuthority();
  const { cert, key } = await authority.issue();
  const [certFile, keyFile, config] = ['tls.crt', 'tls.key', 'sextant.yaml'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  writeFileSync(config, JSON.stringify({ server: { tls: { certFile, keyFile } } }));
  const server = await startServer({ rulesPath: policyFolder(SOUND), config });
  const answer = await fetch(`http://127.0.0.1:${server.adminPort}/metrics`);
  served = new Set([...(await answer.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));

  const runtime = await openTestRuntime({ policyFolder: policyFolder(SOUND) });
  const { registry } = createMetrics(runtime, () => 0);
  const certificate = { notAfterMs: 0, isStale: false };
  addEdgeMetrics(registry, { view: () => ({ certificate }) as never });
  labelsOf = new Map(
    registry
      .getMetricsAsArray()
      .map((metric) => metric as unknown as Metric & { readonly name: string; readonly labelNames: string[] })
      .map(({ name, labelNames }) => [name, labelNames]),
  );
  await runtime.close();
});

describe('the dashboard and the alerts', () => {
  it('read metrics that a server has, by labels that these have', () => {
    expect(expressions.length).toBeGreaterThan(40);
    for (const [title, expr] of expressions) {
      const metrics = metricsIn(expr);
      expect(metrics.length > 0 || expr.startsWith('up{'), title).toBe(true);
      const all = new Set(['le', ...TARGET_LABELS]);
      for (const { name, labels } of metrics) {
        const known = served.has(name) ? name : family(name);
        expect(served, `${title}: ${name}`).toContain(known);
        const own = labelsOf.get(known);
        expect(own, `${title}: ${name}`).toBeDefined();
        for (const label of labels) expect([...own!, ...TARGET_LABELS], `${title}: ${name}`).toContain(label);
        own!.forEach((label) => all.add(label));
      }
      for (const label of groupedBy(expr)) expect([...all], `${title}: by ${label}`).toContain(label);
    }
  });

  it('leave no metric of ours unseen', () => {
    const read = new Set(expressions.flatMap(([, expr]) => metricsIn(expr)).map(({ name }) => name));
    const own = [...served].filter((name) => name.startsWith('sextant_'));
    const unseen = own.filter((name) => ![...read].some((used) => used === name || family(used) === name));
    // Counted for other figures, or said by another one already.
    expect(unseen.sort()).toEqual([
      'sextant_connections',
      'sextant_cost_above_interval',
      'sextant_experiment_guardrail_stops_total',
      'sextant_experiments_running',
      'sextant_model_breaker_transitions_total',
      'sextant_model_probes_in_flight',
      'sextant_models',
      'sextant_report_rates_differing',
    ]);
  });

  it('have balanced brackets and quotes', () => {
    for (const [title, expr] of expressions) {
      const bare = expr.replace(/"[^"]*"/g, '');
      expect(bare, title).not.toContain('"');
      for (const [open, close] of BRACKETS)
        expect(bare.split(open).length, `${title}: ${open}${close}`).toBe(bare.split(close).length);
    }
  });
});

describe('an alert', () => {
  const operations = fileOf('docs/operations.md');

  it('has a heading in docs/operations.md that says what to do, and leads to it', () => {
    for (const { alert, annotations, labels } of rules) {
      const [, text = ''] = operations.split(`\n### ${alert}\n`);
      expect(text.trim().split('\n')[0]!.length, alert).toBeGreaterThan(40);
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
    }
    const headings = [...operations.matchAll(/^### (Sextant\w+)$/gm)].map(([, name]) => name);
    expect(headings.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it('of reports that are missing has a left side where a use case reports nothing at all', () => {
    const { expr } = rules.find(({ alert }) => alert === 'SextantReportsMissing')!;
    const [left, right] = expr.split(' < 0.5 * ') as [string, string];
    // A comparison leaves out what only one side has: no call, no series.
    expect(left).toMatch(/^\(.* or 0 \* .*\)$/);
    expect(left.slice(left.indexOf('or 0 * ') + 'or 0 * '.length, -1)).toBe(right);
  });
});

describe('a panel', () => {
  it('has an id of its own, and each of its lines a letter', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, type, targets = [] } of dashboard.panels) {
      const letters = targets.map(({ refId }) => refId);
      expect(new Set(letters).size, title).toBe(letters.length);
      expect(type === 'row' || targets.length > 0, title).toBe(true);
    }
  });
});
