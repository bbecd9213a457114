import { Gauge, type Registry } from 'prom-client';
import { listDrift } from '../core/selection/list-drift.js';
import type { ResidualMetric } from '../core/learning/residual-sums.js';
import type { Runtime } from '../runtime/runtime.js';

const METRIC: Readonly<Record<ResidualMetric, string>> = {
  quality: 'quality',
  success: 'success',
  latency: 'latency',
  outputTokens: 'output_tokens',
};

/** Drift that decisions act on, read when it is scraped. */
export function addDriftMetrics(registry: Registry, runtime: Runtime, nowMs: () => number): void {
  new Gauge({
    name: 'sextant_drift_alarms',
    help: 'Use cases, of all tenants, in which a model’s metric has drifted and decisions act on it.',
    labelNames: ['model', 'metric'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { arm, metric } of listDrift(runtime.snapshot(), nowMs()))
        this.inc({ model: arm.model.id, metric: METRIC[metric] });
    },
  });
}
