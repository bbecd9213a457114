import type { Logger } from 'pino';
import { Breaker } from '../core/availability/breaker.js';
import {
  ALL_AVAILABLE,
  type Availability,
  type BreakerState,
  type BreakerView,
  type Impairment,
  type Transition,
} from '../core/availability/breaker-state.js';
import { DEFAULT_AVAILABILITY, type AvailabilitySettings } from '../core/availability/settings.js';
import { decisionTimeMs, type DecisionId } from '../core/ids.js';
import type { Outcome } from '../core/outcome/outcome.js';
import { rngFromSeed, type Rng } from '../core/random.js';
import type { ArmId, ModelId } from '../core/registry/model.js';
import type { OutcomeLog } from '../store/ports.js';
import type { Environment } from './environment.js';
import { HealthHistory, type PastHealth } from './health-history.js';

export interface BreakersParts {
  readonly environment: Environment;
  readonly logger: Logger;
  /** The model of an arm; `undefined` where it is gone. */
  readonly modelOf: (armId: ArmId) => ModelId | undefined;
}

/** How often a breaker came into a state since the start. */
export interface TransitionCount {
  readonly model: ModelId;
  readonly state: BreakerState;
  readonly count: number;
}

/** Outcomes that a start reads again: about a tenth of a second's work, and as a rule more than an opening's time. */
const RESTORED_OUTCOMES = 10_000;

/** Owns the breakers: one per model with an outcome, in memory, shared by all tenants. */
export class Breakers {
  private settings = DEFAULT_AVAILABILITY;
  private readonly byModel = new Map<ModelId, Breaker>();
  /** Those that are failing, so that Select need not look at the others. */
  private readonly failing = new Map<ModelId, Breaker>();
  private readonly counts = new Map<ModelId, Map<BreakerState, number>>();
  private readonly past = new HealthHistory();
  /** Nothing is known of what was before: the start, or the first outcome that the start has read again. */
  sinceMs: number;
  private jitter: Rng | undefined;

  constructor(private readonly parts: BreakersParts) {
    this.sinceMs = parts.environment.nowMs();
  }

  /** Takes other settings. Switched off, it forgets all that it knew. */
  use(settings: AvailabilitySettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.settings)) return;
    this.settings = settings;
    if (!settings.enabled) {
      const nowMs = this.parts.environment.nowMs();
      for (const [model, breaker] of this.byModel) this.past.closed(model, breaker.view().state, nowMs);
      this.byModel.clear();
      this.failing.clear();
    }
    for (const breaker of this.byModel.values()) breaker.use(settings);
  }

  /** Takes in an outcome that was made durable. Qualities say nothing of health. */
  record(outcome: Outcome): void {
    this.recordAt(outcome, this.parts.environment.nowMs(), true);
  }

  /** A decision for a half-open model was taken. @throws RangeError where none was admitted at this time. */
  startProbe(model: ModelId, decisionId: DecisionId): void {
    const breaker = this.failing.get(model);
    if (breaker === undefined)
      throw new RangeError(`a probe of ${model} was started while its breaker is closed`);
    breaker.startProbe(decisionId);
  }

  /** What breakers say at a time. */
  availability(nowMs: number): Availability {
    if (this.failing.size === 0) return ALL_AVAILABLE;
    const impairments = new Map<ModelId, Impairment>();
    for (const [model, breaker] of this.failing) {
      this.note(model, breaker.advance(nowMs), true);
      const impairment = breaker.impairment();
      if (impairment !== undefined) impairments.set(model, impairment);
      else if (!breaker.isFailing) this.failing.delete(model);
    }
    return { impairments, failing: new Set(this.failing.keys()) };
  }

  /** A model's breaker now; `undefined` where nothing was reported of the model. */
  view(model: ModelId): BreakerView | undefined {
    return this.advanced(model)?.view();
  }

  /** How a model was lately. */
  history(model: ModelId): PastHealth {
    this.advanced(model);
    return this.past.view(model, this.parts.environment.nowMs());
  }

  /** Lets time pass, which may be a change. */
  private advanced(model: ModelId): Breaker | undefined {
    const breaker = this.byModel.get(model);
    if (breaker !== undefined) this.note(model, breaker.advance(this.parts.environment.nowMs()), true);
    return breaker;
  }

  /** Changes of state since the start. */
  transitions(): readonly TransitionCount[] {
    return [...this.counts].flatMap(([model, states]) =>
      [...states].map(([state, count]) => ({ model, state, count })),
    );
  }

  /**
   * Brings the breakers to where the log's last outcomes put them, in the order and at the times of their receipt.
   * Probes that are still out are not known any more, and their places are free.
   */
  async restore(log: OutcomeLog): Promise<void> {
    const { environment, logger } = this.parts;
    try {
      for await (const { outcomes } of log.read(Math.max(0, log.head() - RESTORED_OUTCOMES))) {
        this.sinceMs = Math.min(this.sinceMs, outcomes[0]?.receiveTimeMs ?? Infinity);
        for (const outcome of outcomes) this.recordAt(outcome, outcome.receiveTimeMs, false);
      }
    } catch (error) {
      // Whether the log may be served on is for the fold to say; a breaker that starts closed costs some calls.
      logger.warn({ err: error }, 'breakers were not restored');
    }
    const notClosed = [...this.availability(environment.nowMs()).impairments.keys()];
    if (notClosed.length > 0) logger.warn({ models: notClosed }, 'breakers are not closed at the start');
  }

  private recordAt({ execution, ...outcome }: Outcome, nowMs: number, isLive: boolean): void {
    if (execution === undefined) return;
    const model = this.parts.modelOf(outcome.armId);
    if (model === undefined) return;
    this.past.called(model, execution.status, nowMs);
    if (!this.settings.enabled) return;
    const { decisionId, eventTimeMs, receiveTimeMs: reportTimeMs } = outcome;
    const { status, retryAfterMs } = execution;
    const call = {
      decisionId,
      status,
      issueTimeMs: decisionTimeMs(decisionId),
      eventTimeMs,
      reportTimeMs,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    const breaker = this.breakerOf(model);
    this.note(model, breaker.record(call, nowMs), isLive);
    if (breaker.isFailing) this.failing.set(model, breaker);
    else this.failing.delete(model);
  }

  private breakerOf(model: ModelId): Breaker {
    let breaker = this.byModel.get(model);
    if (breaker === undefined) {
      breaker = new Breaker(this.settings, () => this.nextJitter());
      this.byModel.set(model, breaker);
    }
    return breaker;
  }

  private nextJitter(): number {
    this.jitter ??= rngFromSeed(this.parts.environment.newSeed());
    return this.jitter();
  }

  private note(model: ModelId, transitions: readonly Transition[], isLive: boolean): void {
    for (const transition of transitions) {
      this.past.changed(model, transition);
      if (!isLive) continue;
      const { from, to, atMs, untilMs, reason } = transition;
      const states = this.counts.get(model) ?? new Map<BreakerState, number>();
      this.counts.set(model, states.set(to, (states.get(to) ?? 0) + 1));
      const line = { model, from, to, at: isoOf(atMs), until: isoOf(untilMs), reason };
      if (to === 'open') this.parts.logger.warn(line, 'breaker opened');
      else this.parts.logger.info(line, to === 'closed' ? 'breaker closed' : 'breaker half-open');
    }
  }
}

const isoOf = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : new Date(timeMs).toISOString();
