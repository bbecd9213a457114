import { describe, expect, it } from 'vitest';
import type { DecisionId } from '../../../src/core/ids.js';
import type { OutcomeStatus } from '../../../src/core/outcome/outcome.js';
import { breakerWith, callOf, fail, NOW_MS, probe, STEADY } from '../../builders/breaker.js';

const { firstMs, maxMs, retryAfterMaxMs } = STEADY.open;
const NEUTRAL: readonly OutcomeStatus[] = [
  'content_filtered',
  'context_too_long',
  'invalid_request',
  'cancelled',
];

describe('a closed breaker', () => {
  it.each(['server_error', 'timeout'] as const)('opens on five %ss in a row, and says why', (status) => {
    const breaker = breakerWith();
    for (let i = 1; i < 5; i++) expect(breaker.record(callOf(status, NOW_MS), NOW_MS)).toEqual([]);
    const untilMs = NOW_MS + firstMs;
    const reason = `5 failures in a row, the last ${status}`;
    expect(breaker.record(callOf(status, NOW_MS), NOW_MS)).toEqual([
      { from: 'closed', to: 'open', atMs: NOW_MS, untilMs, reason },
    ]);
    expect(breaker.view()).toMatchObject({ state: 'open', sinceMs: NOW_MS, untilMs, reason });
    expect(breaker.impairment()).toMatchObject({ admitsProbe: false, retryAtMs: untilMs });
  });

  it('does not where a success comes between', () => {
    const breaker = breakerWith({ minimumCalls: 1000 });
    for (let i = 0; i < 50; i++) {
      breaker.record(callOf(i % 5 === 4 ? 'success' : 'server_error', NOW_MS + i), NOW_MS + i);
    }
    expect(breaker.view().state).toBe('closed');
  });

  it('opens when half of at least ten calls in the window failed', () => {
    const breaker = breakerWith();
    for (let i = 0; i < 9; i++) {
      breaker.record(callOf(i % 2 === 0 ? 'success' : 'timeout', NOW_MS + i), NOW_MS + i);
    }
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 9, failures: 4 } });
    breaker.record(callOf('server_error', NOW_MS + 9), NOW_MS + 9);
    expect(breaker.view()).toMatchObject({
      state: 'open',
      reason: '5 of 10 calls failed, the last server_error',
    });
  });

  it('forgets what left the window', () => {
    const breaker = breakerWith();
    for (let i = 0; i < 9; i++) {
      breaker.record(callOf(i % 2 === 0 ? 'timeout' : 'success', NOW_MS + i), NOW_MS + i);
    }
    const laterMs = NOW_MS + STEADY.windowMs + 2_000;
    breaker.record(callOf('timeout', laterMs), laterMs);
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 1, failures: 1 } });
  });

  it.each(NEUTRAL)('takes no %s for a failure, nor for a call', (status) => {
    const breaker = breakerWith();
    for (let i = 0; i < 100; i++) breaker.record(callOf(status, NOW_MS), NOW_MS);
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 0 }, consecutiveFailures: 0 });
    expect(breaker.view().lastFailure).toBeUndefined();
  });

  it('counts a run by when calls ended, not by when they are told', () => {
    const breaker = breakerWith();
    for (let i = 0; i < 4; i++)
      breaker.record(callOf('server_error', NOW_MS, { eventTimeMs: NOW_MS - 10 }), NOW_MS);
    breaker.record(callOf('success', NOW_MS, { eventTimeMs: NOW_MS - 5 }), NOW_MS);
    breaker.record(callOf('server_error', NOW_MS, { eventTimeMs: NOW_MS - 7 }), NOW_MS);
    expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  });

  it('is not opened by failures that are reported later than the window is long', () => {
    const breaker = breakerWith();
    const eventTimeMs = NOW_MS - STEADY.windowMs - 1;
    for (let i = 0; i < 100; i++) {
      const late = { eventTimeMs, issueTimeMs: eventTimeMs, retryAfterMs: 3_600_000 };
      breaker.record(callOf('rate_limited', NOW_MS, late), NOW_MS);
    }
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 0 } });
  });
});

describe('a model', () => {
  it('is failing from two failures in a row on, until a success or the window’s end', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS, 1);
    expect(breaker.isFailing).toBe(false);
    fail(breaker, NOW_MS + 1, 1);
    expect(breaker.isFailing).toBe(true);
    expect(breaker.impairment()).toBeUndefined();
    breaker.advance(NOW_MS + STEADY.windowMs);
    expect(breaker.isFailing).toBe(true);
    breaker.advance(NOW_MS + STEADY.windowMs + 1);
    expect(breaker.isFailing).toBe(false);
    fail(breaker, NOW_MS + STEADY.windowMs + 2, 1);
    expect(breaker.isFailing).toBe(true);
    const lastMs = NOW_MS + STEADY.windowMs + 3;
    breaker.record(callOf('success', lastMs), lastMs);
    expect(breaker.isFailing).toBe(false);
  });
});

describe('a refusal', () => {
  it('opens at once for as long as the provider asks, from its answer on', () => {
    const breaker = breakerWith();
    const refused = { eventTimeMs: NOW_MS - 4_000, retryAfterMs: 30_000 };
    breaker.record(callOf('rate_limited', NOW_MS, refused), NOW_MS);
    expect(breaker.view()).toMatchObject({
      state: 'open',
      untilMs: NOW_MS + 26_000,
      reason: 'the provider refused with rate_limited and asked to wait 30 s',
    });
  });

  it('opens for a back-off where the provider says nothing', () => {
    const breaker = breakerWith();
    breaker.record(callOf('rate_limited', NOW_MS), NOW_MS);
    expect(breaker.view()).toMatchObject({
      untilMs: NOW_MS + firstMs,
      reason: 'the provider refused with rate_limited',
    });
  });

  it('may be a 503 that names a time', () => {
    const breaker = breakerWith();
    breaker.record(callOf('server_error', NOW_MS, { retryAfterMs: 2_000 }), NOW_MS);
    expect(breaker.view()).toMatchObject({ state: 'open', untilMs: NOW_MS + 2_000 });
  });

  it('of a busy model, now and then, does not make openings longer', () => {
    const breaker = breakerWith();
    let nowMs = NOW_MS;
    for (let i = 0; i < 5; i++) {
      breaker.record(callOf('rate_limited', nowMs), nowMs);
      expect(breaker.view().untilMs).toBe(nowMs + firstMs);
      nowMs += firstMs;
      probe(breaker, nowMs, 'success');
      probe(breaker, nowMs, 'success');
    }
  });

  it('counts as any failure where the settings say so', () => {
    const breaker = breakerWith({ openOnRefusal: false });
    for (let i = 1; i < 5; i++) {
      breaker.record(callOf('rate_limited', NOW_MS, { retryAfterMs: 60_000 }), NOW_MS);
      expect(breaker.view()).toMatchObject({ state: 'closed', consecutiveFailures: i });
    }
    breaker.record(callOf('rate_limited', NOW_MS), NOW_MS);
    expect(breaker.view()).toMatchObject({ state: 'open', untilMs: NOW_MS + firstMs });
  });

  it('opens nothing once its time is over, and counts as a failure', () => {
    const breaker = breakerWith();
    breaker.record(callOf('rate_limited', NOW_MS, { eventTimeMs: NOW_MS - 500, retryAfterMs: 400 }), NOW_MS);
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 1, failures: 1 } });
  });

  it('is believed for an hour at most', () => {
    const breaker = breakerWith();
    breaker.record(callOf('rate_limited', NOW_MS, { retryAfterMs: 30 * 86_400_000 }), NOW_MS);
    expect(breaker.view().untilMs).toBe(NOW_MS + retryAfterMaxMs);
  });

  it('of a call that was under way prolongs an opening, but not beyond its bound', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    breaker.record(callOf('rate_limited', NOW_MS + 1, { retryAfterMs: 60_000 }), NOW_MS + 1);
    expect(breaker.view().untilMs).toBe(NOW_MS + 60_001);
    for (let i = 1; i < 3_600; i++) {
      const timeMs = NOW_MS + i * 1_000;
      breaker.record(callOf('rate_limited', timeMs, { issueTimeMs: NOW_MS, retryAfterMs: 1e9 }), timeMs);
    }
    expect(breaker.view().untilMs).toBe(NOW_MS + retryAfterMaxMs);
  });
});

describe('an open breaker', () => {
  it('admits nothing until its time, and probes from then on', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    expect(breaker.advance(NOW_MS + firstMs - 1)).toEqual([]);
    expect(breaker.impairment()!.admitsProbe).toBe(false);
    expect(() => breaker.startProbe('early' as DecisionId)).toThrow(RangeError);
    const halfOpen = { from: 'open', to: 'half_open', atMs: NOW_MS + firstMs };
    expect(breaker.advance(NOW_MS + firstMs + 777)).toEqual([halfOpen]);
    expect(breaker.impairment()).toMatchObject({ admitsProbe: true });
  });

  it('is moved by neither successes nor failures of calls that were under way', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    const before = breaker.view();
    for (const status of ['success', 'timeout', 'server_error', 'rate_limited'] as const) {
      breaker.record(callOf(status, NOW_MS), NOW_MS);
    }
    expect({ ...breaker.view(), lastFailure: undefined }).toEqual({ ...before, lastFailure: undefined });
  });
});

describe('a half-open breaker', () => {
  const OPENED_MS = NOW_MS + firstMs;
  const halfOpen = () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    breaker.advance(OPENED_MS);
    return breaker;
  };

  it('closes after two probes went well, and counts from nothing', () => {
    const breaker = halfOpen();
    probe(breaker, OPENED_MS, 'success');
    expect(breaker.view().state).toBe('half_open');
    probe(breaker, OPENED_MS + 5, 'success');
    expect(breaker.view()).toMatchObject({ state: 'closed', sinceMs: OPENED_MS + 5, counts: { calls: 0 } });
    expect(breaker.impairment()).toBeUndefined();
    expect(breaker.view().reason).toBeUndefined();
  });

  it('opens again when one fails, for twice as long each time up to the maximum', () => {
    const breaker = halfOpen();
    let nowMs = OPENED_MS;
    for (let opening = 2; opening < 12; opening++) {
      probe(breaker, nowMs, 'timeout');
      const untilMs = nowMs + Math.min(maxMs, firstMs * 2 ** (opening - 1));
      expect(breaker.view()).toMatchObject({
        state: 'open',
        untilMs,
        reason: 'a probe failed with timeout',
      });
      nowMs = untilMs;
    }
  });

  it('waits longer than the provider asked where it asked for too little', () => {
    const breaker = halfOpen();
    breaker.startProbe('p' as DecisionId);
    const refused = callOf('rate_limited', OPENED_MS, {
      decisionId: 'p' as DecisionId,
      retryAfterMs: 1_000,
    });
    breaker.record(refused, OPENED_MS);
    expect(breaker.view().untilMs).toBe(OPENED_MS + 2 * firstMs);
  });

  it('admits two at a time, and again when one is reported, however it ended', () => {
    for (const status of [...NEUTRAL, 'success'] as const) {
      const breaker = halfOpen();
      breaker.startProbe('a' as DecisionId);
      breaker.startProbe('b' as DecisionId);
      expect(breaker.impairment()).toMatchObject({ admitsProbe: false, retryAtMs: OPENED_MS + 1_000 });
      expect(breaker.impairment()!.reason).toContain('2 of 2 probes in flight');
      expect(() => breaker.startProbe('c' as DecisionId)).toThrow(RangeError);
      breaker.record(callOf(status, OPENED_MS + 9, { decisionId: 'a' as DecisionId }), OPENED_MS + 9);
      expect(breaker.view()).toMatchObject({ state: 'half_open', probesInFlight: 1 });
      expect(breaker.impairment()!.admitsProbe).toBe(true);
    }
  });

  it('frees the place of a probe that is never reported, and still believes it when it is', () => {
    const breaker = halfOpen();
    breaker.startProbe('a' as DecisionId);
    breaker.startProbe('b' as DecisionId);
    const { lifeMs } = STEADY.probes;
    breaker.advance(OPENED_MS + lifeMs - 1);
    expect(breaker.view().probesInFlight).toBe(2);
    const lateMs = OPENED_MS + lifeMs;
    breaker.advance(lateMs);
    expect(breaker.view().probesInFlight).toBe(0);
    for (const decisionId of ['a', 'b'] as DecisionId[]) {
      breaker.record(callOf('success', lateMs, { decisionId, issueTimeMs: OPENED_MS }), lateMs);
    }
    expect(breaker.view().state).toBe('closed');
  });

  it('is moved by no call that was decided before', () => {
    const breaker = halfOpen();
    for (let i = 0; i < 10; i++) {
      for (const status of ['success', 'timeout'] as const) {
        breaker.record(callOf(status, OPENED_MS + 1, { issueTimeMs: NOW_MS }), OPENED_MS + 1);
      }
    }
    expect(breaker.view().state).toBe('half_open');
  });
});

describe('a breaker that closed', () => {
  const closedAt = (breaker: ReturnType<typeof breakerWith>, nowMs: number): void => {
    probe(breaker, nowMs, 'success');
    probe(breaker, nowMs, 'success');
  };

  it('does not count timeouts of calls that were decided before', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    const closedMs = NOW_MS + firstMs;
    closedAt(breaker, closedMs);
    for (let i = 0; i < 20; i++) {
      breaker.record(callOf('timeout', closedMs + 100, { issueTimeMs: NOW_MS - 5 }), closedMs + 100);
    }
    expect(breaker.view()).toMatchObject({ state: 'closed', counts: { calls: 0 } });
  });

  it('opens for longer where it fails again soon, and starts over where it was well for as long', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    closedAt(breaker, NOW_MS + firstMs);
    const soonMs = NOW_MS + firstMs + 1_000;
    fail(breaker, soonMs);
    expect(breaker.view().untilMs).toBe(soonMs + 2 * firstMs);
    const againMs = soonMs + 2 * firstMs;
    closedAt(breaker, againMs);
    const lateMs = againMs + 2 * firstMs;
    fail(breaker, lateMs);
    expect(breaker.view().untilMs).toBe(lateMs + firstMs);
  });
});

describe('a clock that is set back', () => {
  it('leaves what is to come as far away as it was', () => {
    const breaker = breakerWith();
    fail(breaker, NOW_MS);
    const backMs = NOW_MS - 365 * 86_400_000;
    breaker.advance(backMs);
    expect(breaker.view()).toMatchObject({ state: 'open', untilMs: backMs + firstMs });
    breaker.advance(backMs + firstMs);
    breaker.startProbe('a' as DecisionId);
    breaker.startProbe('b' as DecisionId);
    breaker.advance(backMs);
    breaker.advance(backMs + STEADY.probes.lifeMs - 1);
    expect(breaker.view().probesInFlight).toBe(2);
    breaker.advance(backMs + STEADY.probes.lifeMs);
    expect(breaker.view().probesInFlight).toBe(0);
  });
});

describe('other settings', () => {
  it('cut an opening that is too long for them', () => {
    const breaker = breakerWith();
    breaker.record(callOf('rate_limited', NOW_MS, { retryAfterMs: 3_000_000 }), NOW_MS);
    breaker.use({ ...STEADY, open: { ...STEADY.open, maxMs: 20_000, retryAfterMaxMs: 30_000 } });
    expect(breaker.view().untilMs).toBe(NOW_MS + 30_000);
  });
});
