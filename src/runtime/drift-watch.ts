import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TenantId, UseCase } from '../core/ids.js';
import { useCaseKey } from '../core/learning/use-case-state.js';
import type { Outcome } from '../core/outcome/outcome.js';
import { driftIn } from '../core/selection/list-drift.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import { DriftHistory, type DriftPeriod } from './drift-history.js';

export interface DriftWatchParts {
  readonly snapshot: () => DecisionSnapshot;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** Which periods are asked for: those that overlap a span of time. */
export interface DriftQuery {
  readonly tenant: TenantId;
  /** Absent for all. */
  readonly useCase?: UseCase;
  readonly fromMs: number;
  readonly toMs: number;
}

/** No longer than the half-life of the shortest memory. */
const LOOK_EVERY_MS = 10_000;

interface Watched {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly history: DriftHistory;
}

/**
 * Looks every few seconds at the drift of the use cases that had outcomes, and remembers when it began and ended, since
 * the start. A use case a turn: a look at one makes the beliefs that a Select of it makes.
 */
export class DriftWatch {
  /** Nothing is known of what was before. */
  readonly sinceMs: number;
  private readonly byUseCase = new Map<string, Watched>();
  /** Had outcomes since the last look. */
  private readonly touched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(private readonly parts: DriftWatchParts) {
    this.sinceMs = parts.nowMs();
  }

  start(): void {
    this.timer = setInterval(() => {
      this.look().catch((error: unknown) =>
        this.parts.logger.warn({ err: error }, 'drift was not looked at'),
      );
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** An outcome was folded. */
  recorded({ tenant, useCase }: Outcome): void {
    this.touched.add(this.watchedOf(tenant, useCase));
  }

  /** One look at whatever may have changed; one at a time. */
  look(): Promise<void> {
    this.looking ??= this.lookAround().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Those that began first come first. For a span that ends now, a use case that is named is looked at before. */
  periods({ tenant, useCase, fromMs, toMs }: DriftQuery): readonly DriftPeriod[] {
    // Now is some moments later than when it was read for the query.
    const endsNow = toMs > this.parts.nowMs() - LOOK_EVERY_MS;
    if (useCase !== undefined && endsNow) this.lookAtNamed(tenant, useCase);
    return [...this.byUseCase.values()]
      .filter((watched) => watched.tenant === tenant && (useCase ?? watched.useCase) === watched.useCase)
      .flatMap(({ history }) => history.periods())
      .filter(({ startMs, endMs = Infinity }) => (endsNow || startMs < toMs) && endMs >= fromMs)
      .sort((a, b) => a.startMs - b.startMs);
  }

  /** What was in force at the last look, in use cases of all tenants that had outcomes since the start. */
  inForce(): readonly DriftPeriod[] {
    return [...this.byUseCase.values()].flatMap(({ history }) =>
      history.isCalm ? [] : history.periods().filter(({ endMs }) => endMs === undefined),
    );
  }

  private async lookAround(): Promise<void> {
    const due = new Set(this.touched);
    this.touched.clear();
    for (const watched of this.byUseCase.values()) if (!watched.history.isCalm) due.add(watched);
    for (const watched of due) {
      this.lookAt(watched);
      await nextTurn();
    }
  }

  private lookAtNamed(tenant: TenantId, useCase: UseCase): void {
    if (this.parts.snapshot().learning.useCase(tenant, useCase) === undefined) return;
    this.lookAt(this.watchedOf(tenant, useCase));
  }

  private lookAt({ tenant, useCase, history }: Watched): void {
    const snapshot = this.parts.snapshot();
    const nowMs = this.parts.nowMs();
    const state = snapshot.learning.useCase(tenant, useCase);
    history.seen(state === undefined ? [] : driftIn(state, snapshot, nowMs), nowMs);
  }

  private watchedOf(tenant: TenantId, useCase: UseCase): Watched {
    const key = useCaseKey(tenant, useCase);
    let watched = this.byUseCase.get(key);
    if (watched === undefined) {
      watched = { tenant, useCase, history: new DriftHistory() };
      this.byUseCase.set(key, watched);
    }
    return watched;
  }
}
