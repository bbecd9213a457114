import type { DecisionId } from '../ids.js';
import { SUCCESS_OF_STATUS } from '../learning/observe-execution.js';
import type { OutcomeStatus } from '../outcome/outcome.js';
import type { Rng } from '../random.js';
import {
  describeCause,
  type BreakerView,
  type Cause,
  type Failure,
  type Impairment,
  type Transition,
} from './breaker-state.js';
import { CallWindow } from './call-window.js';
import { FailureRun } from './failure-run.js';
import { longestOpenMs, openDurationMs } from './open-duration.js';
import { Probes } from './probes.js';
import type { AvailabilitySettings } from './settings.js';

/** How one call to the model ended. */
export interface ReportedCall {
  readonly decisionId: DecisionId;
  readonly status: OutcomeStatus;
  /** When it was decided: what was decided before the breaker changed says nothing of how the model is since. */
  readonly issueTimeMs: number;
  readonly eventTimeMs: number;
  readonly reportTimeMs: number;
  /** What the provider asked for, in milliseconds. */
  readonly retryAfterMs?: number;
}

type Phase =
  | { readonly state: 'closed'; readonly sinceMs?: number }
  | { readonly state: 'open'; readonly sinceMs: number; readonly untilMs: number; readonly reason: string }
  | {
      readonly state: 'half_open';
      readonly sinceMs: number;
      readonly reason: string;
      readonly probes: Probes;
      readonly successes: number;
    };

/** One failure may be anybody's; from two in a row on, a model is taken to be failing. */
const FAILING_RUN = 2;
/** A probe takes about as long as a call: whoever finds all places taken should soon ask again. */
const PROBE_RETRY_MS = 1_000;

/**
 * The circuit breaker of one model.
 *
 * Closed, it counts calls by event time and opens on a refusal, on failures in a row, or on a failure rate. Open, it
 * waits. Half-open, it admits a bounded number of probes: enough successes close it, one failure opens it for longer.
 * Neutral endings (a content filter, a caller who gave up, …) change nothing but free their probe's place.
 *
 * Invariants: probes in flight ≤ `probes.inFlight`; an opening ends at most `longestOpenMs` after it began, whatever is
 * reported; a clock that is set back moves what is to come along with it.
 *
 * Source: Nygard, Release It! (2007), §5.2; rates and half-open calls as in resilience4j, runs of failures and longer
 * openings as in Envoy's outlier detection.
 */
export class Breaker {
  private phase: Phase = { state: 'closed' };
  private window: CallWindow;
  private run: FailureRun;
  private lastFailure: Failure | undefined;
  /** Openings without a time of health between them as long as the last of them. */
  private openings = 0;
  private lastOpenMs = 0;
  private latestMs = -Infinity;

  constructor(
    private settings: AvailabilitySettings,
    private readonly rng: Rng,
  ) {
    this.window = new CallWindow(settings.windowMs);
    this.run = new FailureRun(settings.consecutiveFailures);
  }

  /** Takes other settings: counts begin anew, and an opening that would be too long for them is cut. */
  use(settings: AvailabilitySettings): void {
    this.settings = settings;
    this.window = new CallWindow(settings.windowMs);
    this.run = new FailureRun(settings.consecutiveFailures);
    const { phase } = this;
    if (phase.state === 'open') {
      this.phase = {
        ...phase,
        untilMs: Math.min(phase.untilMs, phase.sinceMs + longestOpenMs(settings.open)),
      };
    }
  }

  /** Lets time pass: an opening that is over becomes half-open. */
  advance(nowMs: number): readonly Transition[] {
    if (nowMs < this.latestMs) this.setBack(nowMs - this.latestMs);
    this.latestMs = nowMs;
    const { phase } = this;
    if (phase.state !== 'open' || nowMs < phase.untilMs) return [];
    const { untilMs: sinceMs, reason } = phase;
    const probes = new Probes(this.settings.probes.lifeMs);
    this.phase = { state: 'half_open', sinceMs, reason, probes, successes: 0 };
    return [{ from: 'open', to: 'half_open', atMs: sinceMs }];
  }

  /** Takes in how a call ended. */
  record(call: ReportedCall, nowMs: number): readonly Transition[] {
    const transitions = this.advance(nowMs);
    const success = SUCCESS_OF_STATUS[call.status];
    const eventTimeMs = Math.min(call.eventTimeMs, nowMs);
    if (success === 0 && eventTimeMs >= (this.lastFailure?.eventTimeMs ?? -Infinity)) {
      const { status, retryAfterMs } = call;
      this.lastFailure = { status, eventTimeMs, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    }
    const changed = this.judge(call, success, { eventTimeMs, nowMs });
    return changed === undefined ? transitions : [...transitions, changed];
  }

  /**
   * A decision for the model was taken while it is half-open.
   * @throws RangeError where the breaker, at its latest time, admits none.
   */
  startProbe(decisionId: DecisionId): void {
    const { phase, latestMs } = this;
    if (phase.state !== 'half_open' || !this.admitsProbe(phase.probes)) {
      throw new RangeError('a probe was started that the breaker does not admit');
    }
    phase.probes.add(decisionId, latestMs);
  }

  /** What stands between the model and requests, at the breaker's latest time; `undefined` while it is closed. */
  impairment(): Impairment | undefined {
    const { phase, latestMs } = this;
    if (phase.state === 'closed') return undefined;
    if (phase.state === 'open') {
      const until = new Date(phase.untilMs).toISOString();
      const reason = `is open until ${until}: ${phase.reason}`;
      return { admitsProbe: false, retryAtMs: phase.untilMs, reason };
    }
    const inFlight = phase.probes.inFlight(latestMs);
    const reason = `is half-open, with ${inFlight} of ${this.settings.probes.inFlight} probes in flight: ${phase.reason}`;
    return { admitsProbe: this.admitsProbe(phase.probes), retryAtMs: latestMs + PROBE_RETRY_MS, reason };
  }

  /** Whether it is not closed, or the latest calls failed, in the window: enough for doubt, not yet to open. */
  get isFailing(): boolean {
    if (this.phase.state !== 'closed') return true;
    const { lastFailure, latestMs, run, settings } = this;
    return run.length >= FAILING_RUN && lastFailure!.eventTimeMs > latestMs - settings.windowMs;
  }

  /** All of it, at the breaker's latest time. */
  view(): BreakerView {
    const { phase, latestMs, lastFailure } = this;
    return {
      state: phase.state,
      ...(phase.sinceMs !== undefined && { sinceMs: phase.sinceMs }),
      ...(phase.state === 'open' && { untilMs: phase.untilMs }),
      ...(phase.state !== 'closed' && { reason: phase.reason }),
      counts: this.window.countsAt(latestMs),
      consecutiveFailures: this.run.length,
      ...(lastFailure && { lastFailure }),
      probesInFlight: phase.state === 'half_open' ? phase.probes.inFlight(latestMs) : 0,
    };
  }

  private admitsProbe(probes: Probes): boolean {
    return probes.inFlight(this.latestMs) < this.settings.probes.inFlight;
  }

  private judge(
    call: ReportedCall,
    success: 0 | 1 | null,
    { eventTimeMs, nowMs }: { readonly eventTimeMs: number; readonly nowMs: number },
  ): Transition | undefined {
    const { phase } = this;
    const isTimely = call.reportTimeMs - call.eventTimeMs <= this.settings.windowMs;
    switch (phase.state) {
      case 'half_open': {
        phase.probes.end(call.decisionId);
        // Calls that were decided before are stragglers of the failure that opened it.
        if (success === null || call.issueTimeMs < phase.sinceMs) return undefined;
        return this.judgeProbe(phase, call, success, nowMs);
      }
      case 'open':
        if (success === 0 && isTimely) this.prolong(phase, eventTimeMs, call.retryAfterMs);
        return undefined;
      case 'closed': {
        if (success === null || !isTimely || call.issueTimeMs < (phase.sinceMs ?? -Infinity))
          return undefined;
        this.window.add(success === 0, eventTimeMs, nowMs);
        this.run.add(success === 0, eventTimeMs);
        return this.trip(call, success, { eventTimeMs, nowMs });
      }
    }
  }

  private judgeProbe(
    phase: Phase & { state: 'half_open' },
    call: ReportedCall,
    success: 0 | 1,
    nowMs: number,
  ): Transition | undefined {
    if (success === 0) {
      const durationMs = this.durationMs(this.openings + 1, call.retryAfterMs);
      return this.open({ kind: 'probe_failed' }, call, { nowMs, untilMs: nowMs + durationMs });
    }
    const successes = phase.successes + 1;
    if (successes < this.settings.probes.successes) {
      this.phase = { ...phase, successes };
      return undefined;
    }
    this.phase = { state: 'closed', sinceMs: nowMs };
    this.clearCounts();
    return { from: 'half_open', to: 'closed', atMs: nowMs };
  }

  private trip(
    call: ReportedCall,
    success: 0 | 1,
    { eventTimeMs, nowMs }: { readonly eventTimeMs: number; readonly nowMs: number },
  ): Transition | undefined {
    const { openOnRefusal, consecutiveFailures, minimumCalls, failureRate } = this.settings;
    const isRefusal = success === 0 && (call.status === 'rate_limited' || call.retryAfterMs !== undefined);
    if (isRefusal && openOnRefusal) {
      // The provider's time runs from its answer: a report that comes after its end opens nothing. A busy model refuses
      // now and then, so that only a probe's refusal makes the next opening longer.
      const untilMs = eventTimeMs + this.durationMs(1, call.retryAfterMs);
      if (untilMs > nowMs) return this.open({ kind: 'refused' }, call, { nowMs, untilMs, opening: 1 });
    }
    const counts = this.window.countsAt(nowMs);
    const failures = this.run.length;
    let cause: Cause | undefined;
    if (failures >= consecutiveFailures) cause = { kind: 'consecutive_failures', failures };
    else if (counts.calls >= minimumCalls && counts.failures >= failureRate * counts.calls) {
      cause = { kind: 'failure_rate', counts };
    }
    if (cause === undefined) return undefined;
    const opening = this.nextOpening(nowMs);
    return this.open(cause, call, { nowMs, untilMs: nowMs + this.durationMs(opening), opening });
  }

  private open(
    cause: Cause,
    call: ReportedCall,
    { nowMs, untilMs, opening = this.openings + 1 }: { nowMs: number; untilMs: number; opening?: number },
  ): Transition {
    const from = this.phase.state;
    const isOfThisCall = cause.kind === 'refused' || cause.kind === 'probe_failed';
    const reason = describeCause(cause, isOfThisCall ? call : this.lastFailure!);
    this.phase = { state: 'open', sinceMs: nowMs, untilMs, reason };
    this.openings = opening;
    this.lastOpenMs = untilMs - nowMs;
    this.clearCounts();
    return { from, to: 'open', atMs: nowMs, untilMs, reason };
  }

  /** Calls that were under way when it opened may tell of a longer wait. */
  private prolong(phase: Phase & { state: 'open' }, eventTimeMs: number, retryAfterMs = 0): void {
    const { open } = this.settings;
    const askedMs = eventTimeMs + Math.min(retryAfterMs, open.retryAfterMaxMs);
    const untilMs = Math.min(askedMs, phase.sinceMs + longestOpenMs(open));
    if (untilMs > phase.untilMs) this.phase = { ...phase, untilMs };
  }

  /** A model that stayed well for as long as it had been out starts over. */
  private nextOpening(nowMs: number): number {
    const { sinceMs } = this.phase;
    const wasWell = sinceMs === undefined || nowMs - sinceMs >= this.lastOpenMs;
    return wasWell ? 1 : this.openings + 1;
  }

  private durationMs(opening: number, retryAfterMs?: number): number {
    const told = retryAfterMs === undefined ? {} : { retryAfterMs };
    return openDurationMs({ opening, ...told }, this.settings.open, this.rng);
  }

  private clearCounts(): void {
    this.window.clear();
    this.run.clear();
  }

  /** The clock was set back: what is to come stays as far away, and what was counted belongs to another time. */
  private setBack(byMs: number): void {
    const { phase } = this;
    if (phase.state === 'half_open') phase.probes.shift(byMs);
    const sinceMs = phase.sinceMs === undefined ? {} : { sinceMs: phase.sinceMs + byMs };
    const untilMs = phase.state === 'open' ? { untilMs: phase.untilMs + byMs } : {};
    this.phase = { ...phase, ...sinceMs, ...untilMs };
    this.lastFailure = this.lastFailure && {
      ...this.lastFailure,
      eventTimeMs: this.lastFailure.eventTimeMs + byMs,
    };
    this.clearCounts();
  }
}
