import { Gauge, type Registry } from 'prom-client';
import { listDrift } from '../core/selection/list-drift.js';
import type { Runtime } from '../runtime/runtime.js';

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
        this.inc({ model: arm.model.id, metric });
    },
  });
}
