import type { BreakerView } from '../../core/availability/breaker-state.js';
import type { RegistryEntry } from '../../core/registry/registry.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { PastHealth } from '../../runtime/health-history.js';
import type { Sources } from './sources.js';
import type { ModelsView, ModelView } from '../views.js';

/** The registry with the health of its models, which all tenants share. */
export function readModels({ runtime, nowMs }: Pick<Sources, 'runtime' | 'nowMs'>): ModelsView {
  const entries = runtime.snapshot().registry.list();
  const { breakers } = runtime;
  const models = entries.map((entry) => {
    const { id } = entry.model;
    return modelView(entry, breakers.history(id), breakers.view(id));
  });
  return { nowMs, sinceMs: breakers.sinceMs, models };
}

function modelView(
  { model, origin }: RegistryEntry,
  { transitions, statuses }: PastHealth,
  breaker: BreakerView | undefined,
): ModelView {
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
      changes: transitions.map(({ atMs, from, to, reason = null }) => ({ atMs, from, to, reason })),
    },
    statuses,
  };
}

/** Models that Select leaves alone or is trying again. */
export const modelsNotClosed = (runtime: Runtime, nowMs: number): number =>
  runtime.breakers.availability(nowMs).impairments.size;
