import { Gauge, type Registry } from 'prom-client';
import type { Runtime } from '../runtime/runtime.js';

/** Drift that decisions act on, looked at when it is scraped: a use case a turn, as there may be many. */
export function addDriftMetrics(registry: Registry, { drift }: Pick<Runtime, 'drift'>): void {
  new Gauge({
    name: 'sextant_drift_alarms',
    help: 'Use cases, of all tenants, in which a model’s metric has drifted and decisions act on it.',
    labelNames: ['model', 'metric'],
    registers: [registry],
    async collect() {
      await drift.look();
      this.reset();
      for (const { strongest } of drift.inForce())
        this.inc({ model: strongest.arm.model.id, metric: strongest.metric });
    },
  });
}
