import { Gauge, type Registry } from 'prom-client';
import type { Runtime } from '../runtime/runtime.js';

/** Metrics of the candidate that runs beside the policy in force; no values where none runs. */
export function addShadowMetrics(registry: Registry, { shadow }: Runtime): void {
  const registers = [registry];
  new Gauge({
    name: 'sextant_shadow_requests',
    help: 'Requests since the candidate’s start, by what is different under it; skipped: it could not follow.',
    labelNames: ['difference'],
    registers,
    collect() {
      this.reset();
      for (const [difference, count] of Object.entries(shadow.counts ?? {})) this.set({ difference }, count);
    },
  });
  new Gauge({
    name: 'sextant_shadow_failed',
    help: '1 where the candidate came to an end by itself.',
    registers,
    collect() {
      this.set(Number(shadow.view?.phase === 'failed'));
    },
  });
}
