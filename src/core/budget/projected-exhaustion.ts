import type { Period } from './period-calendar.js';
import { QUARTER_MS, type SpendHistory } from './spend-history.js';

/** The pace is that of the last day, or of the period so far where that is shorter. */
const PACE_MS = 86_400_000;

/** Where a period's spend is heading. */
export interface SpendProjection {
  readonly nanoUsdPerHour: number;
  /** When the limit is reached at this pace; absent where it is not before the period ends. */
  readonly exhaustedAtMs?: number;
}

/**
 * Extends the recent pace to the end of the period.
 *
 * Formula: r = spend of the last min(elapsed, 24 h) ÷ that time, at least a quarter of an hour; t = now + remaining ÷ r.
 */
export function projectSpend(
  spend: SpendHistory | undefined,
  period: Period,
  { remainingNanoUsd, nowMs }: { readonly remainingNanoUsd: number; readonly nowMs: number },
): SpendProjection {
  const fromMs = Math.max(period.startMs, Math.floor((nowMs - PACE_MS) / QUARTER_MS) * QUARTER_MS);
  let spentNanoUsd = 0;
  // Not by `between`, whose kept sum is Select's.
  for (const { quarter, costNanoUsd } of spend?.entries() ?? []) {
    if (quarter * QUARTER_MS >= fromMs) spentNanoUsd += costNanoUsd;
  }
  const nanoUsdPerMs = spentNanoUsd / Math.max(nowMs - fromMs, QUARTER_MS);
  const exhaustedAtMs = remainingNanoUsd <= 0 ? nowMs : nowMs + remainingNanoUsd / nanoUsdPerMs;
  return {
    nanoUsdPerHour: nanoUsdPerMs * 3_600_000,
    ...(exhaustedAtMs < period.endMs && { exhaustedAtMs }),
  };
}
