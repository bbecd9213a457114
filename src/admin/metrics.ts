import { status } from '@grpc/grpc-js';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReportRate } from '../core/reporting/report-rates.js';
import type { Runtime } from '../runtime/runtime.js';
import { addBreakerMetrics } from './breaker-metrics.js';
import { addDriftMetrics } from './drift-metrics.js';
import { addExperimentMetrics } from './experiment-metrics.js';
import { addPromotionMetrics } from './promotion-metrics.js';
import { addShadowMetrics } from './shadow-metrics.js';
import { addStoreMetrics } from './store-metrics.js';
import { addCostMetrics } from './cost-metrics.js';
import { addUsageMetrics } from './usage-metrics.js';
import type { TraceIds } from '../runtime/trace-ids.js';

/** Prometheus metrics of one server. */
export interface Metrics {
  readonly registry: Registry;
  readonly observeCall: (call: {
    readonly path: string;
    readonly code: status;
    readonly seconds: number;
    readonly traced?: TraceIds;
  }) => void;
}

/** Leaves the exemplar that is there. */
const NO_EXEMPLAR = {};

const differs = (rate: ReportRate): boolean => rate.differs;

/** From 50 µs, where a Select should lie, to 5 s, which is a Report's deadline. */
const SECONDS_BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

const exemplarOf = (traced: TraceIds | undefined): Record<string, string> =>
  traced === undefined ? NO_EXEMPLAR : { trace_id: traced.traceId, span_id: traced.spanId };

/** Metrics that are read from the runtime when they are scraped, and those that calls feed. */
export function createMetrics(runtime: Runtime, nowMs: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const calls = new Counter({
    name: 'sextant_rpc_requests_total',
    help: 'Unary calls answered, by method and gRPC code.',
    labelNames: ['method', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sextant_rpc_duration_seconds',
    help: 'Time from a unary call’s arrival at its handler to its answer.',
    labelNames: ['method'],
    buckets: SECONDS_BUCKETS,
    enableExemplars: true,
    // prom-client refuses exemplars in a registry of Prometheus' format, which just leaves them out.
    registers: [],
  });
  registry.registerMetric(seconds);
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('sextant_report_queue_depth', 'Reports waiting for the disk.', () => runtime.journal.depth);
  gauge(
    'sextant_outcomes_folded',
    'Position of the learning state in the outcome log.',
    () => runtime.snapshot().learning.sequence,
  );
  gauge('sextant_models', 'Models in the registry.', () => runtime.snapshot().registry.size);
  gauge(
    'sextant_decisions_unlogged',
    'Decisions that the decision log dropped since the start.',
    () => runtime.decisionLog?.dropped ?? 0,
  );
  gauge(
    'sextant_report_rates_differing',
    'Models, by tenant and use case, whose quality is reported more or less often than that of the others.',
    () => runtime.reportWatch.rates().reduce((sum, { rates }) => sum + rates.filter(differs).length, 0),
  );
  gauge('sextant_policy_pinned', '1 where a policy version is pinned.', () =>
    runtime.policies.history.pin === undefined ? 0 : 1,
  );
  gauge('sextant_policy_rejected', '1 where the policy folder’s newest content was refused.', () =>
    runtime.policies.rejected === undefined ? 0 : 1,
  );
  addBreakerMetrics(registry, runtime);
  addDriftMetrics(registry, runtime);
  addShadowMetrics(registry, runtime);
  addStoreMetrics(registry, runtime);
  addExperimentMetrics(registry, runtime);
  addPromotionMetrics(registry, runtime);
  addCostMetrics(registry, runtime, nowMs);
  addUsageMetrics(registry, runtime.usage);
  return {
    registry,
    observeCall: ({ path, code, seconds: elapsed, traced }) => {
      const method = path.slice(path.lastIndexOf('/') + 1);
      calls.inc({ method, code: status[code] });
      seconds.observe({
        labels: { method },
        value: elapsed,
        // Its types take the metric's own labels for those of exemplars.
        exemplarLabels: exemplarOf(traced),
      });
    },
  };
}
