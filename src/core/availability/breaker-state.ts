import type { OutcomeStatus } from '../outcome/outcome.js';
import type { ModelId } from '../registry/model.js';
import type { CallCounts } from './call-window.js';

export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** A failed call, as a breaker remembers the latest. */
export interface Failure {
  readonly status: OutcomeStatus;
  readonly eventTimeMs: number;
  /** What the provider asked for, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Why a breaker opened. */
export type Cause =
  | { readonly kind: 'refused' }
  | { readonly kind: 'consecutive_failures'; readonly failures: number }
  | { readonly kind: 'failure_rate'; readonly counts: CallCounts }
  | { readonly kind: 'probe_failed' };

/** A change of state, for whoever logs and counts them. */
export interface Transition {
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly atMs: number;
  /** On opening. */
  readonly untilMs?: number;
  /** On opening: why, in words. */
  readonly reason?: string;
}

/** A breaker in full, for people. */
export interface BreakerView {
  readonly state: BreakerState;
  /** Absent where it never opened. */
  readonly sinceMs?: number;
  /** While open: when it becomes half-open. */
  readonly untilMs?: number;
  /** Why it opened last, in words; absent while closed. */
  readonly reason?: string;
  /** In the sliding window; none while it is not closed. */
  readonly counts: CallCounts;
  /** At most as many as the breaker opens at. */
  readonly consecutiveFailures: number;
  readonly lastFailure?: Failure;
  readonly probesInFlight: number;
}

/** What Select has to know of a model whose breaker is not closed. */
export interface Impairment {
  /** Whether a decision for the model may be its probe. */
  readonly admitsProbe: boolean;
  /** Where it admits none: when it may be worth asking again. */
  readonly retryAtMs: number;
  /** Why no request goes there, in words. */
  readonly reason: string;
}

/** What Select has to know of all models. */
export interface Availability {
  /** Models whose breaker is not closed. */
  readonly impairments: ReadonlyMap<ModelId, Impairment>;
  /** These, and models whose latest calls failed: what casts doubt on their providers. */
  readonly failing: ReadonlySet<ModelId>;
}

/** Every model is available. */
export const ALL_AVAILABLE: Availability = { impairments: new Map(), failing: new Set() };

/** Why a breaker opened, in words. */
export function describeCause(
  cause: Cause,
  { status, retryAfterMs }: Pick<Failure, 'status' | 'retryAfterMs'>,
): string {
  switch (cause.kind) {
    case 'refused': {
      const asked = retryAfterMs === undefined ? '' : ` and asked to wait ${retryAfterMs / 1000} s`;
      return `the provider refused with ${status}${asked}`;
    }
    case 'consecutive_failures':
      return `${cause.failures} failures in a row, the last ${status}`;
    case 'failure_rate':
      return `${cause.counts.failures} of ${cause.counts.calls} calls failed, the last ${status}`;
    case 'probe_failed':
      return `a probe failed with ${status}`;
  }
}
