import { Counter, type Registry } from 'prom-client';
import { NANO_USD_PER_USD } from '../core/money.js';
import type { UsageCounter, UsageCounts } from '../runtime/usage-counts.js';

/** Decisions and outcomes by use case and model, over all tenants; both labels are bounded. */
export function addUsageMetrics(registry: Registry, usage: UsageCounts): void {
  const counter = (name: string, help: string, read: (counter: UsageCounter) => number): void => {
    new Counter({
      name,
      help,
      labelNames: ['use_case', 'model'],
      registers: [registry],
      collect() {
        this.reset();
        for (const each of usage.all()) this.inc({ use_case: each.useCase, model: each.model }, read(each));
      },
    });
  };
  counter(
    'sextant_decisions_total',
    'Decisions, by use case and the model that was chosen.',
    ({ decisions }) => decisions,
  );
  counter(
    'sextant_cost_usd_total',
    'Reported cost in US dollars.',
    ({ costNanoUsd }) => costNanoUsd / NANO_USD_PER_USD,
  );
  counter('sextant_qualities_total', 'Calls whose quality was reported.', ({ qualities }) => qualities);
  counter(
    'sextant_quality_sum_total',
    'Sum of reported qualities: over sextant_qualities_total it is their mean.',
    ({ qualitySum }) => qualitySum,
  );
  counter('sextant_input_tokens_total', 'Reported prompt tokens.', ({ inputTokens }) => inputTokens);
  counter('sextant_output_tokens_total', 'Reported answer tokens.', ({ outputTokens }) => outputTokens);
  new Counter({
    name: 'sextant_selects_refused_total',
    help: 'Decisions of Select and SelectBatch that were refused, by the error’s code.',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [code, count] of usage.refusals) this.inc({ code }, count);
    },
  });
  new Counter({
    name: 'sextant_model_calls_total',
    help: 'Reported calls, fallbacks included, by how they ended.',
    labelNames: ['use_case', 'model', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { useCase, model, calls } of usage.all())
        for (const [status, count] of calls) this.inc({ use_case: useCase, model, status }, count);
    },
  });
}
