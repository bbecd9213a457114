import { Counter, Gauge, type Registry } from 'prom-client';
import { SAMPLE_RATIO_ALARM, sampleRatioPValue } from '../core/experiment/statistics/sample-ratio.js';
import type { RunningExperiment } from '../runtime/experiments/running-experiment.js';
import type { Runtime } from '../runtime/runtime.js';

/** Metrics of experiments, read when they are scraped. */
export function addExperimentMetrics(
  registry: Registry,
  { experiments }: Pick<Runtime, 'experiments'>,
): void {
  const registers = [registry];
  const running = (): readonly RunningExperiment[] => experiments.all.filter(({ isRunning }) => isRunning);
  new Gauge({
    name: 'sextant_experiments_running',
    help: 'Experiments that draw units.',
    registers,
    collect() {
      this.set(running().length);
    },
  });
  new Counter({
    name: 'sextant_experiment_guardrail_stops_total',
    help: 'Arms of experiments that a guardrail stopped since the start.',
    registers,
    collect() {
      this.reset();
      this.inc(experiments.guardrailStops);
    },
  });
  new Gauge({
    name: 'sextant_experiment_sample_ratio_alarm',
    help: '1 where units of a running experiment did not fall into its arms as they were drawn (p < 0.001).',
    labelNames: ['experiment'],
    registers,
    collect() {
      this.reset();
      for (const { definition, state } of running()) {
        const alarm = sampleRatioPValue(state.largestLogEvidence) < SAMPLE_RATIO_ALARM;
        this.set({ experiment: definition.id }, Number(alarm));
      }
    },
  });
  new Gauge({
    name: 'sextant_experiment_units',
    help: 'Units of a running experiment that were reported on.',
    labelNames: ['experiment'],
    registers,
    collect() {
      this.reset();
      for (const { definition, state } of running()) {
        const units = state.entries.flat().reduce((sum, count) => sum + count, 0);
        this.set({ experiment: definition.id }, units);
      }
    },
  });
}
