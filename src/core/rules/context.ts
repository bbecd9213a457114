import type { Model } from '../registry/model.js';
import { clockAt } from './clock.js';
import type {
  BudgetFact,
  ClockFact,
  EstimateFact,
  ProfileFact,
  RequestFact,
  RequestFacts,
  TenantFact,
} from './facts.js';

/**
 * What predicates read: the facts of one request, and of one candidate at a time. The owner of an evaluation
 * moves it from candidate to candidate, so that nothing is allocated on the way.
 */
export interface EvaluationContext {
  readonly request: RequestFact;
  readonly profile: ProfileFact;
  readonly budget: BudgetFact;
  readonly tenant: TenantFact;
  readonly epochMs: number;
  readonly timeZones: readonly string[];
  /** One per time zone, read when first asked for. */
  readonly clocks: (ClockFact | undefined)[];
  /** Results of named conditions: 0 unknown, 1 false, 2 true. Request slots come first. */
  readonly memo: Uint8Array;
  /** Results of conditions that read nothing but the model, the same for every request: as in `memo`. */
  modelMemo: Uint8Array;
  model: Model | undefined;
  estimate: EstimateFact | undefined;
}

interface ContextSize {
  readonly timeZones: readonly string[];
  readonly requestSlots: number;
  readonly candidateSlots: number;
}

const NO_MEMO = new Uint8Array(0);

/** A context for one request, at no candidate yet. */
export function evaluationContext(facts: RequestFacts, size: ContextSize): EvaluationContext {
  return {
    request: facts.request,
    profile: facts.profile,
    budget: facts.budget,
    tenant: facts.tenant,
    epochMs: facts.epochMs,
    timeZones: size.timeZones,
    clocks: [],
    memo: new Uint8Array(size.requestSlots + size.candidateSlots),
    modelMemo: NO_MEMO,
    model: undefined,
    estimate: undefined,
  };
}

/** The clock in the zone of this slot. */
export function clockIn(context: EvaluationContext, slot: number): ClockFact {
  const known = context.clocks[slot];
  if (known !== undefined) return known;
  const clock = clockAt(context.epochMs, context.timeZones[slot] ?? 'UTC');
  context.clocks[slot] = clock;
  return clock;
}
