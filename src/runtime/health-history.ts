import type { BreakerState, Transition } from '../core/availability/breaker-state.js';
import { OUTCOME_STATUSES, type OutcomeStatus } from '../core/outcome/outcome.js';
import type { ModelId } from '../core/registry/model.js';
import { CounterRing, type RingSpan } from './counter-ring.js';

/** Kept of one breaker; older ones are let go. */
const TRANSITIONS_MAX = 200;
/** A day by quarters of an hour. */
const STATUS_SPAN: RingSpan = { stepMs: 900_000, steps: 96 };

/** How a model was lately. */
export interface PastHealth {
  /** Oldest first. */
  readonly transitions: readonly Transition[];
  /** How calls of the last day ended, of those statuses that any had. */
  readonly statuses: readonly { readonly status: OutcomeStatus; readonly count: number }[];
}

interface Held {
  readonly transitions: Transition[];
  readonly statuses: CounterRing;
}

/** What became of breakers and calls, by model, for people who look: in memory, and in bounded room for each model. */
export class HealthHistory {
  private readonly byModel = new Map<ModelId, Held>();

  changed(model: ModelId, transition: Transition): void {
    const { transitions } = this.of(model);
    transitions.push(transition);
    if (transitions.length > TRANSITIONS_MAX) transitions.shift();
  }

  /** Whatever was not closed is forgotten, and so closed. */
  closed(model: ModelId, from: BreakerState, atMs: number): void {
    if (from !== 'closed') this.changed(model, { from, to: 'closed', atMs });
  }

  called(model: ModelId, status: OutcomeStatus, timeMs: number): void {
    this.of(model).statuses.add(timeMs, OUTCOME_STATUSES.indexOf(status), 1);
  }

  view(model: ModelId, nowMs: number): PastHealth {
    const held = this.byModel.get(model);
    if (held === undefined) return { transitions: [], statuses: [] };
    const totals = held.statuses.totals(nowMs);
    const statuses = OUTCOME_STATUSES.map((status, i) => ({ status, count: totals[i]! }));
    return { transitions: held.transitions, statuses: statuses.filter(({ count }) => count > 0) };
  }

  private of(model: ModelId): Held {
    let held = this.byModel.get(model);
    if (held === undefined) {
      held = { transitions: [], statuses: new CounterRing(STATUS_SPAN, OUTCOME_STATUSES.length) };
      this.byModel.set(model, held);
    }
    return held;
  }
}
