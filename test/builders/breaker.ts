import { Breaker, type ReportedCall } from '../../src/core/availability/breaker.js';
import { DEFAULT_AVAILABILITY, type AvailabilitySettings } from '../../src/core/availability/settings.js';
import type { DecisionId } from '../../src/core/ids.js';
import type { OutcomeStatus } from '../../src/core/outcome/outcome.js';
import { rngFromSeed } from '../../src/core/random.js';

/** The defaults without jitter, so that tests can say when. */
export const STEADY: AvailabilitySettings = {
  ...DEFAULT_AVAILABILITY,
  open: { ...DEFAULT_AVAILABILITY.open, jitter: 0 },
};

export const NOW_MS = 1_770_000_000_000;

export const breakerWith = (changes: Partial<AvailabilitySettings> = {}): Breaker =>
  new Breaker({ ...STEADY, ...changes }, rngFromSeed(7n));

let calls = 0;
/** A call that was decided, ended and reported at one time, but for the changes. */
export function callOf(
  status: OutcomeStatus,
  timeMs: number,
  changes: Partial<ReportedCall> = {},
): ReportedCall {
  const decisionId = `call-${calls++}` as DecisionId;
  return {
    decisionId,
    status,
    issueTimeMs: timeMs,
    eventTimeMs: timeMs,
    reportTimeMs: timeMs,
    ...changes,
  };
}

/** Fails a breaker until it opens, at a time. */
export function fail(breaker: Breaker, timeMs: number, times = STEADY.consecutiveFailures): void {
  for (let i = 0; i < times; i++) breaker.record(callOf('server_error', timeMs), timeMs);
}

/** Sends a probe and reports it, at a time. */
export function probe(breaker: Breaker, timeMs: number, status: OutcomeStatus): void {
  breaker.advance(timeMs);
  const call = callOf(status, timeMs);
  breaker.startProbe(call.decisionId);
  breaker.record(call, timeMs);
}
