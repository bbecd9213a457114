import { Gauge, type Registry } from 'prom-client';
import { costCalibration, type CostCalibration } from '../core/cost/calibration.js';
import type { ArmStats } from '../core/learning/arm-stats.js';
import type { ModelId } from '../core/registry/model.js';
import type { Runtime } from '../runtime/runtime.js';

/** How estimates of cost turned out, by model over all tenants: read from the learning state when they are scraped. */
export function addCostMetrics(registry: Registry, runtime: Runtime, nowMs: () => number): void {
  const gauge = (name: string, help: string, read: (calibration: CostCalibration) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['model'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [model, calibration] of calibrations(runtime, nowMs())) {
          this.set({ model }, read(calibration));
        }
      },
    });
  };
  gauge(
    'sextant_cost_actual_to_expected_ratio',
    'Reported cost over the expected mean, both summed, older reports counting less.',
    ({ actualToExpected }) => actualToExpected,
  );
  gauge(
    'sextant_cost_interval_coverage',
    'Share of reported costs inside the 80 % interval of their estimate.',
    ({ intervalCoverage }) => intervalCoverage,
  );
  gauge(
    'sextant_cost_above_interval',
    'Share of reported costs above the 80 % interval of their estimate.',
    ({ aboveInterval }) => aboveInterval,
  );
  gauge(
    'sextant_cost_estimates_compared',
    'Decayed number of reported costs that an estimate was compared with.',
    ({ outcomes }) => outcomes,
  );
}

/** Of models that there are; a model's prompt variants count with it. */
function calibrations(runtime: Runtime, nowMs: number): Map<ModelId, CostCalibration> {
  const { learning, armById } = runtime.snapshot();
  const sums = new Map<ModelId, ArmStats[]>();
  for (const arms of learning.tenants.values()) {
    for (const [armId, stats] of arms) {
      const id = armById.get(armId)?.model.id;
      if (id === undefined) continue;
      const others = sums.get(id);
      if (others === undefined) sums.set(id, [stats]);
      else others.push(stats);
    }
  }
  const factor = learning.readFactor('cost', nowMs);
  const found = new Map<ModelId, CostCalibration>();
  for (const [id, stats] of sums) {
    const calibration = costCalibration(stats, factor);
    if (calibration !== undefined) found.set(id, calibration);
  }
  return found;
}
