/** How long the spans are that sums are kept of, finest first; each divides the next. */
export const ROLLUP_TIERS = ['minute', 'hour', 'day'] as const;
export type RollupTier = (typeof ROLLUP_TIERS)[number];

export const TIER_MS: Readonly<Record<RollupTier, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Start of the span that a time lies in; spans begin at the Unix epoch, days thus at midnight UTC. */
export const spanStartMs = (timeMs: number, widthMs: number): number =>
  Math.floor(timeMs / widthMs) * widthMs;

/** The coarsest tier whose spans fill a period without a rest; nothing where it is no whole minutes. */
export function tierFor(periodMs: number): RollupTier | undefined {
  return [...ROLLUP_TIERS].reverse().find((tier) => periodMs > 0 && periodMs % TIER_MS[tier] === 0);
}
