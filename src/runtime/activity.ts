import type { TenantId, UseCase } from '../core/ids.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';
import { CounterRing, type RingSpan } from './counter-ring.js';
import type { UsageCounts } from './usage-counts.js';

/** A quarter of an hour by five seconds: what is older is read from the rollups. */
export const ACTIVITY_SPAN: RingSpan = { stepMs: 5_000, steps: 180 };

/** What is counted of one model in one use case. */
export const COUNTER = {
  decisions: 0,
  /** Calls that were reported, fallbacks included. */
  calls: 1,
  /** Those of the choice: one a request. */
  requests: 2,
  failures: 3,
  costNanoUsd: 4,
  qualities: 5,
  qualitySum: 6,
  qualitySquares: 7,
  latencies: 8,
  latencyMsSum: 9,
  /** Calls with a known cost. */
  costs: 10,
  costSquares: 11,
} as const;
export const COUNTERS = Object.keys(COUNTER).length;

/** Counters of one model in one use case of a tenant. */
export interface ActivitySeries {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly armId: ArmId;
  readonly ring: CounterRing;
}

interface Held extends ActivitySeries {
  usedAtMs: number;
}

/** About 19 kB each. */
const MAX_SERIES = 512;

/**
 * Owns what happened lately, by tenant, use case and model, in memory and by the time of arrival: for people who
 * watch. Nothing of it is decided on, and a start begins with none.
 *
 * Bounded: of more than `MAX_SERIES` the one that was quiet for longest is dropped.
 */
export class Activity {
  /** Nothing is known of what was before. */
  readonly sinceMs: number;
  private readonly byKey = new Map<string, Held>();

  /** @param usage is told of everything, too. */
  constructor(
    private readonly nowMs: () => number,
    private readonly usage?: UsageCounts,
  ) {
    this.sinceMs = nowMs();
  }

  decided(tenant: TenantId, useCase: UseCase, armId: ArmId): void {
    this.count(this.seriesOf(tenant, useCase, armId), COUNTER.decisions, 1);
    this.usage?.decided(useCase, armId);
  }

  /** An outcome was recorded for the first time. */
  recorded(outcome: Outcome): void {
    const { tenant, useCase, armId, attempt, execution, quality } = outcome;
    this.usage?.recorded(outcome);
    const series = this.seriesOf(tenant, useCase, armId);
    if (execution !== undefined) {
      const { status, costNanoUsd, latencyMs } = execution;
      this.count(series, COUNTER.calls, 1);
      if (attempt === 0) this.count(series, COUNTER.requests, 1);
      if (status !== 'success') this.count(series, COUNTER.failures, 1);
      if (costNanoUsd !== undefined) {
        this.count(series, COUNTER.costNanoUsd, costNanoUsd);
        this.count(series, COUNTER.costs, 1);
        this.count(series, COUNTER.costSquares, costNanoUsd * costNanoUsd);
      }
      if (latencyMs !== undefined) {
        this.count(series, COUNTER.latencies, 1);
        this.count(series, COUNTER.latencyMsSum, latencyMs);
      }
    }
    if (quality !== undefined) {
      this.count(series, COUNTER.qualities, 1);
      this.count(series, COUNTER.qualitySum, quality.value);
      this.count(series, COUNTER.qualitySquares, quality.value * quality.value);
    }
  }

  /** Those of one tenant, of one use case where it is named. */
  seriesFor(tenant: TenantId, useCase?: string): readonly ActivitySeries[] {
    return [...this.byKey.values()].filter(
      (series) => series.tenant === tenant && (useCase === undefined || series.useCase === useCase),
    );
  }

  private count(series: Held, column: number, amount: number): void {
    series.ring.add(series.usedAtMs, column, amount);
  }

  private seriesOf(tenant: TenantId, useCase: UseCase, armId: ArmId): Held {
    const key = `${tenant}\u0000${useCase}\u0000${armId}`;
    const usedAtMs = this.nowMs();
    const known = this.byKey.get(key);
    if (known !== undefined) {
      known.usedAtMs = usedAtMs;
      return known;
    }
    if (this.byKey.size >= MAX_SERIES) this.dropQuietest();
    const ring = new CounterRing(ACTIVITY_SPAN, COUNTERS);
    const made = { tenant, useCase, armId, ring, usedAtMs };
    this.byKey.set(key, made);
    return made;
  }

  private dropQuietest(): void {
    let quietest: [string, Held] | undefined;
    for (const entry of this.byKey)
      if (!quietest || entry[1].usedAtMs < quietest[1].usedAtMs) quietest = entry;
    if (quietest !== undefined) this.byKey.delete(quietest[0]);
  }
}
