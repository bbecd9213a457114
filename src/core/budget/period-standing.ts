import { periodAt, type PeriodUnit } from './period-calendar.js';
import type { SpendHistory } from './spend-history.js';

export const EXHAUSTION_POLICIES = ['stop', 'cheapest'] as const;
/** What becomes of requests that the period's money does not cover: refused, or sent to the cheapest model. */
export type ExhaustionPolicy = (typeof EXHAUSTION_POLICIES)[number];

/** Money per calendar period. */
export interface PeriodBudget {
  readonly limitNanoUsd: number;
  readonly every: PeriodUnit;
  /** IANA name. */
  readonly timeZone: string;
  readonly onExhausted: ExhaustionPolicy;
}

/** A period budget at one instant. */
export interface PeriodStanding {
  readonly budget: PeriodBudget;
  readonly periodEndMs: number;
  readonly spentNanoUsd: number;
  /** Held for decisions in flight. */
  readonly reservedNanoUsd: number;
  /** What a decision may cost, ≥ 0. */
  readonly remainingNanoUsd: number;
}

/** How long a decision's money is held where no report comes. */
export const RESERVATION_LIFE_MS = 600_000;

export function standingOf(
  budget: PeriodBudget,
  spend: SpendHistory | undefined,
  { reservedNanoUsd, nowMs }: { readonly reservedNanoUsd: number; readonly nowMs: number },
): PeriodStanding {
  const period = periodAt(budget.every, budget.timeZone, nowMs);
  const spentNanoUsd = spend?.between(period) ?? 0;
  return {
    budget,
    periodEndMs: period.endMs,
    spentNanoUsd,
    reservedNanoUsd,
    remainingNanoUsd: Math.max(0, budget.limitNanoUsd - spentNanoUsd - reservedNanoUsd),
  };
}

/** What is held for a decision of this expected cost: whole nano-USD, so that sums of them are exact. */
export const reservationFor = (costNanoUsd: number): number => Math.ceil(costNanoUsd);

/** Which candidates a period's money covers. */
export interface Affordable {
  /** Positions, ascending. */
  readonly kept: readonly number[];
  /** The lowest cost, where not even that is covered. */
  readonly uncoveredNanoUsd?: number;
}

/**
 * Keeps the candidates whose expected cost remains. Where none is, nothing is kept, or the cheapest alone: the
 * first of equals, which has the lower model id.
 */
export function affordable(costsNanoUsd: readonly number[], standing: PeriodStanding): Affordable {
  const kept: number[] = [];
  let cheapest = 0;
  costsNanoUsd.forEach((cost, i) => {
    if (reservationFor(cost) <= standing.remainingNanoUsd) kept.push(i);
    if (cost < costsNanoUsd[cheapest]!) cheapest = i;
  });
  if (kept.length > 0 || costsNanoUsd.length === 0) return { kept };
  const uncoveredNanoUsd = costsNanoUsd[cheapest]!;
  return { kept: standing.budget.onExhausted === 'cheapest' ? [cheapest] : [], uncoveredNanoUsd };
}

/** When to ask again: when the period ends, or when what is held must have been let go, if that would do. */
export function retryAfterMs(standing: PeriodStanding, costNanoUsd: number, nowMs: number): number {
  const { budget, spentNanoUsd, periodEndMs } = standing;
  const untilEndMs = periodEndMs - nowMs;
  const isHeldOnly = spentNanoUsd + reservationFor(costNanoUsd) <= budget.limitNanoUsd;
  return isHeldOnly ? Math.min(untilEndMs, RESERVATION_LIFE_MS) : untilEndMs;
}
