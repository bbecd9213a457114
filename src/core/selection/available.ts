import type { Impairment } from '../availability/breaker-state.js';
import type { ModelId } from '../registry/model.js';
import type { Arm } from './arm.js';
import type { Candidate } from './candidate.js';
import { removedArm, type Removal } from './removal.js';

/** Which candidates their breakers let through. */
export interface Available {
  /** In their order; those of half-open breakers marked as probes. */
  readonly kept: readonly Candidate[];
  readonly removals: readonly Removal[];
  /** When the first may be let through, where none is but some would be. */
  readonly retryAtMs?: number;
}

/**
 * Removes candidates whose breakers are open, or half-open with all places for probes taken. Comes after every other
 * filter but money, so that where it leaves nobody, waiting helps.
 */
export function availableOf(
  candidates: readonly Candidate[],
  impairments: ReadonlyMap<ModelId, Impairment>,
): Available {
  if (impairments.size === 0) return { kept: candidates, removals: [] };
  const kept: Candidate[] = [];
  const removals: Removal[] = [];
  let retryAtMs = Infinity;
  for (const candidate of candidates) {
    const { id } = candidate.model;
    const impairment = impairments.get(id);
    if (impairment === undefined) kept.push(candidate);
    else if (impairment.admitsProbe) kept.push({ ...candidate, isProbe: true });
    else {
      removals.push({ ...removedArm(candidate.arm), filter: 'availability', reason: impairment.reason });
      retryAtMs = Math.min(retryAtMs, impairment.retryAtMs);
    }
  }
  return { kept, removals, ...(kept.length === 0 && removals.length > 0 && { retryAtMs }) };
}

const NONE: ReadonlySet<string> = new Set();

/** One model that fails may have a fault of its own; two of one provider are taken for the provider's. */
const DOUBTFUL_FROM_MODELS = 2;

/** Providers of which several models are failing. */
export function providersInDoubt(arms: readonly Arm[], failing: ReadonlySet<ModelId>): ReadonlySet<string> {
  if (failing.size < DOUBTFUL_FROM_MODELS) return NONE;
  const models = new Map<string, Set<ModelId>>();
  for (const { model } of arms) {
    if (!failing.has(model.id)) continue;
    const ofProvider = models.get(model.provider);
    if (ofProvider === undefined) models.set(model.provider, new Set([model.id]));
    else ofProvider.add(model.id);
  }
  return new Set(
    [...models].filter(([, ofProvider]) => ofProvider.size >= DOUBTFUL_FROM_MODELS).map(([name]) => name),
  );
}
