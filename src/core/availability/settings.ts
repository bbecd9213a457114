/** How long a breaker stays open. */
export interface OpenSettings {
  /** The first opening; each further one in a row lasts twice as long as the one before. */
  readonly firstMs: number;
  /** Where doubling ends; at least `firstMs`. */
  readonly maxMs: number;
  /** What a provider's Retry-After counts for at most. */
  readonly retryAfterMaxMs: number;
  /** Up to this share is added at random, so that models that failed together are not tried together. */
  readonly jitter: number;
}

/** How a half-open breaker finds out whether the model is back. */
export interface ProbeSettings {
  /** Decisions in flight at most. */
  readonly inFlight: number;
  /** Successes that close the breaker. */
  readonly successes: number;
  /** After this long without a report, a probe's place is free again. */
  readonly lifeMs: number;
  /** Least share of requests that half-open models get together, while they have places. */
  readonly share: number;
}

/** What opens a breaker, for how long, and what closes it. */
export interface AvailabilitySettings {
  /** Where false, every model is taken to be available. */
  readonly enabled: boolean;
  /** The sliding window of the failure rate; a failure that is reported later than this counts for nothing. */
  readonly windowMs: number;
  /** The failure rate says nothing of fewer calls than this. */
  readonly minimumCalls: number;
  /** Opens from this share of failures in the window on, in (0, 1]. */
  readonly failureRate: number;
  /** Opens after this many failures without a success between them. */
  readonly consecutiveFailures: number;
  /** Whether one refusal (rate-limited, or with a Retry-After) opens at once; else it counts as any failure. */
  readonly openOnRefusal: boolean;
  readonly open: OpenSettings;
  readonly probes: ProbeSettings;
}

/** In force where `rules/availability.json` is absent, or does not say. */
export const DEFAULT_AVAILABILITY: AvailabilitySettings = {
  enabled: true,
  windowMs: 60_000,
  minimumCalls: 10,
  failureRate: 0.5,
  consecutiveFailures: 5,
  openOnRefusal: true,
  open: { firstMs: 10_000, maxMs: 300_000, retryAfterMaxMs: 3_600_000, jitter: 0.2 },
  probes: { inFlight: 2, successes: 2, lifeMs: 60_000, share: 0.1 },
};
