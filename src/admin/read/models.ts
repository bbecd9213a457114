import type { BreakerView } from '../../core/availability/breaker-state.js';
import type { RegistryEntry } from '../../core/registry/registry.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { ModelsView, ModelView } from '../views.js';

/** The registry with the health of its models, which all tenants share. */
export function readModels(runtime: Runtime): ModelsView {
  const entries = runtime.snapshot().registry.list();
  return { models: entries.map((entry) => modelView(entry, runtime.breakers.view(entry.model.id))) };
}

function modelView({ model, origin }: RegistryEntry, breaker: BreakerView | undefined): ModelView {
  const { prices } = model;
  return {
    model: model.id,
    provider: model.provider,
    status: model.status,
    lifecycle: model.lifecycle,
    origin,
    inputUsdPerMTok: prices?.inputUsdPerMTok ?? null,
    outputUsdPerMTok: prices?.outputUsdPerMTok ?? null,
    pricesAsOf: prices?.asOf ?? null,
    pricesSource: prices?.source ?? null,
    contextWindowTokens: model.contextWindowTokens,
    breaker: {
      state: breaker?.state ?? 'closed',
      sinceMs: breaker?.sinceMs ?? null,
      untilMs: breaker?.untilMs ?? null,
      reason: breaker?.reason ?? null,
      calls: breaker?.counts.calls ?? 0,
      failures: breaker?.counts.failures ?? 0,
      probesInFlight: breaker?.probesInFlight ?? 0,
    },
  };
}

/** Models that Select leaves alone or is trying again. */
export const modelsNotClosed = (runtime: Runtime, nowMs: number): number =>
  runtime.breakers.availability(nowMs).impairments.size;
