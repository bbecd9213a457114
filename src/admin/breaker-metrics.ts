import { Counter, Gauge, type Registry } from 'prom-client';
import { BREAKER_STATES, type BreakerView } from '../core/availability/breaker-state.js';
import type { ModelId } from '../core/registry/model.js';
import type { Runtime } from '../runtime/runtime.js';

/** Metrics of the breakers, read when they are scraped: of models of the registry that something was reported of. */
export function addBreakerMetrics(registry: Registry, runtime: Runtime): void {
  const registers = [registry];
  const views = (): readonly (readonly [ModelId, BreakerView])[] =>
    runtime
      .snapshot()
      .registry.list()
      .flatMap(({ model: { id } }) => {
        const view = runtime.breakers.view(id);
        return view === undefined ? [] : [[id, view] as const];
      });
  new Gauge({
    name: 'sextant_model_breaker_state',
    help: '1 for the state that a model’s breaker is in, 0 for the others.',
    labelNames: ['model', 'state'],
    registers,
    collect() {
      this.reset();
      for (const [model, view] of views()) {
        for (const state of BREAKER_STATES) this.set({ model, state }, Number(view.state === state));
      }
    },
  });
  new Gauge({
    name: 'sextant_model_failure_ratio',
    help: 'Share of a model’s calls in the sliding window that failed; absent without calls.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset();
      for (const [model, { counts }] of views()) {
        if (counts.calls > 0) this.set({ model }, counts.failures / counts.calls);
      }
    },
  });
  new Gauge({
    name: 'sextant_model_probes_in_flight',
    help: 'Decisions in flight that find out whether a model is back.',
    labelNames: ['model'],
    registers,
    collect() {
      this.reset();
      for (const [model, { probesInFlight }] of views()) this.set({ model }, probesInFlight);
    },
  });
  new Counter({
    name: 'sextant_model_breaker_transitions_total',
    help: 'Times that a model’s breaker came into a state since the start.',
    labelNames: ['model', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { model, state, count } of runtime.breakers.transitions()) this.inc({ model, state }, count);
    },
  });
}
