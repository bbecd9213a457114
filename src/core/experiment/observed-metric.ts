import { SUCCESS_OF_STATUS } from '../learning/observe-execution.js';
import type { Outcome } from '../outcome/outcome.js';
import type { MetricSpec } from './definition.js';

/** What an outcome says of a metric; nothing where it says nothing. Only first attempts count, as only they were drawn. */
export function observedMetric(
  { metric, cap }: MetricSpec,
  { attempt, quality, execution }: Outcome,
): number | undefined {
  if (attempt > 0) return undefined;
  const value = ((): number | undefined => {
    switch (metric) {
      case 'quality':
        return quality?.value;
      case 'success':
        return execution && (SUCCESS_OF_STATUS[execution.status] ?? undefined);
      case 'cost':
        return execution?.costNanoUsd;
      case 'latency':
        return execution?.latencyMs;
    }
  })();
  return value === undefined || cap === undefined ? value : Math.min(value, cap);
}
