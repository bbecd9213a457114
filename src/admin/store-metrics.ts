import { Gauge, type Registry } from 'prom-client';
import type { Runtime } from '../runtime/runtime.js';

/** Metrics of the store: whether it takes reports, whether it is sound, what it holds. */
export function addStoreMetrics(registry: Registry, runtime: Runtime): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('sextant_store_failed', '1 while reports are refused because the store failed.', () =>
    runtime.journal.failed ? 1 : 0,
  );
  gauge(
    'sextant_store_failures',
    'Times that the store failed since the start.',
    () => runtime.recovery.failures,
  );
  gauge(
    'sextant_store_faults',
    'Damaged places that the last reading of the store found.',
    () => runtime.scrubber.faultCount,
  );
  gauge('sextant_outcomes_base', 'Position of the oldest outcome that is kept.', () =>
    runtime.outcomesBase(),
  );
}
