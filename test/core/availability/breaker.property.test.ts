import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../src/core/availability/breaker.js';
import { longestOpenMs, openDurationMs } from '../../../src/core/availability/open-duration.js';
import type { AvailabilitySettings } from '../../../src/core/availability/settings.js';
import type { DecisionId } from '../../../src/core/ids.js';
import { OUTCOME_STATUSES } from '../../../src/core/outcome/outcome.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { breakerWith, callOf, NOW_MS, STEADY } from '../../builders/breaker.js';

const numRuns = Number(process.env['SEXTANT_PROPERTY_RUNS'] ?? 300);

const anySettings: fc.Arbitrary<AvailabilitySettings> = fc.record({
  enabled: fc.constant(true),
  windowMs: fc.integer({ min: 100, max: 120_000 }),
  minimumCalls: fc.integer({ min: 1, max: 20 }),
  failureRate: fc.double({ min: 0.01, max: 1, noNaN: true }),
  consecutiveFailures: fc.integer({ min: 1, max: 5 }),
  openOnRefusal: fc.boolean(),
  open: fc
    .record({
      firstMs: fc.integer({ min: 100, max: 20_000 }),
      more: fc.integer({ min: 0, max: 600_000 }),
      retryAfterMaxMs: fc.integer({ min: 0, max: 3_600_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ firstMs, more, ...rest }) => ({ firstMs, maxMs: firstMs + more, ...rest })),
  probes: fc.record({
    inFlight: fc.integer({ min: 1, max: 5 }),
    successes: fc.integer({ min: 1, max: 5 }),
    lifeMs: fc.integer({ min: 100, max: 120_000 }),
    share: fc.constant(0.1),
  }),
});

/** What may befall a breaker: time that passes or is set back, decisions, and reports of whatever kind and age. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('setBack' as const), ms: fc.nat(1e9) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('select' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reportProbe' as const),
      /** Counted back from the latest. */
      probe: fc.nat(3),
      status: fc.constantFrom('success', 'success', ...OUTCOME_STATUSES),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      status: fc.constantFrom('timeout', 'server_error', ...OUTCOME_STATUSES),
      ageMs: fc.nat(30_000),
      lifeMs: fc.nat(30_000),
      retryAfterMs: fc.option(fc.nat(1e7), { nil: undefined, freq: 4 }),
    }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

/** Applies steps from a time on, as the owner of a breaker would. @returns the time after them. */
function live(breaker: Breaker, steps: readonly Step[], after: (nowMs: number) => void): number {
  let nowMs = NOW_MS;
  const probes: { readonly decisionId: DecisionId; readonly issueTimeMs: number }[] = [];
  for (const step of steps) {
    if (step.kind === 'wait') nowMs += step.ms;
    if (step.kind === 'setBack') nowMs -= step.ms;
    breaker.advance(nowMs);
    if (step.kind === 'select' && breaker.impairment()?.admitsProbe === true) {
      const decisionId = `probe-${probes.length}` as DecisionId;
      breaker.startProbe(decisionId);
      probes.push({ decisionId, issueTimeMs: nowMs });
    }
    const probe = step.kind === 'reportProbe' ? probes.at(-1 - step.probe) : undefined;
    if (step.kind === 'reportProbe' && probe !== undefined) {
      breaker.record(callOf(step.status, nowMs, probe), nowMs);
    }
    if (step.kind === 'report') {
      const { status, ageMs, lifeMs, retryAfterMs } = step;
      const eventTimeMs = nowMs - ageMs;
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      const call = callOf(status, nowMs, { eventTimeMs, issueTimeMs: eventTimeMs - lifeMs, ...asked });
      breaker.record(call, nowMs);
    }
    after(nowMs);
  }
  return nowMs;
}

const anyLife = [
  anySettings,
  fc.array(anyStep, { maxLength: 100, size: 'max' }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
] as const;

describe('whatever befalls a breaker', () => {
  it('no more probes are in flight than may be', () => {
    fc.assert(
      fc.property(...anyLife, (settings, steps, seed) => {
        const breaker = new Breaker(settings, rngFromSeed(seed));
        live(breaker, steps, () => {
          const { probesInFlight, state } = breaker.view();
          expect(probesInFlight).toBeLessThanOrEqual(settings.probes.inFlight);
          if (state !== 'half_open') expect(probesInFlight).toBe(0);
        });
      }),
      { numRuns },
    );
  });

  it('an opening ends within its bound, from any moment of it on', () => {
    fc.assert(
      fc.property(...anyLife, (settings, steps, seed) => {
        const breaker = new Breaker(settings, rngFromSeed(seed));
        live(breaker, steps, (nowMs) => {
          const { state, sinceMs, untilMs } = breaker.view();
          if (state !== 'open') return;
          expect(untilMs! - sinceMs!).toBeLessThanOrEqual(longestOpenMs(settings.open));
          expect(sinceMs!).toBeLessThanOrEqual(nowMs);
        });
      }),
      { numRuns },
    );
  });

  it('it closes again, once time passes and the model is well', () => {
    fc.assert(
      fc.property(...anyLife, (settings, steps, seed) => {
        const breaker = new Breaker(settings, rngFromSeed(seed));
        const nowMs = live(breaker, steps, () => undefined);
        // What is open ends, and the places of probes that nobody reports are free.
        let timeMs = nowMs + longestOpenMs(settings.open);
        breaker.advance(timeMs);
        timeMs += settings.probes.lifeMs;
        for (let i = 0; i < settings.probes.successes && breaker.view().state !== 'closed'; i++) {
          breaker.advance(timeMs);
          expect(breaker.impairment()!.admitsProbe).toBe(true);
          const call = callOf('success', timeMs);
          breaker.startProbe(call.decisionId);
          breaker.record(call, timeMs);
        }
        expect(breaker.view().state).toBe('closed');
      }),
      { numRuns },
    );
  });

  it('the same life and seed end in the same state', () => {
    fc.assert(
      fc.property(...anyLife, (settings, steps, seed) => {
        const [one, other] = [
          new Breaker(settings, rngFromSeed(seed)),
          new Breaker(settings, rngFromSeed(seed)),
        ];
        live(one, steps, () => undefined);
        live(other, steps, () => undefined);
        expect(one.view()).toEqual(other.view());
      }),
      { numRuns },
    );
  });

  it('endings that say nothing of health never open it', () => {
    const neutral = fc.constantFrom(
      ...(['content_filtered', 'context_too_long', 'invalid_request', 'cancelled', 'success'] as const),
    );
    fc.assert(
      fc.property(anySettings, fc.array(neutral, { maxLength: 100 }), (settings, statuses) => {
        const breaker = new Breaker(settings, rngFromSeed(1n));
        for (const status of statuses) breaker.record(callOf(status, NOW_MS), NOW_MS);
        expect(breaker.view().state).toBe('closed');
      }),
      { numRuns },
    );
  });
});

describe('what a closed breaker counts', () => {
  const anyCall = fc.record({ failed: fc.boolean(), ageMs: fc.nat(90_000) });

  it('does not depend on the order of reports, and is what a count of them says', () => {
    const calls = fc
      .array(anyCall, { maxLength: 40 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(calls, ([list, shuffled]) => {
        const counted = [list, shuffled].map((order) => {
          const breaker = breakerWith({ consecutiveFailures: 1000, minimumCalls: 1000 });
          for (const { failed, ageMs } of order) {
            const status = failed ? 'timeout' : 'success';
            breaker.record(callOf(status, NOW_MS, { eventTimeMs: NOW_MS - ageMs }), NOW_MS);
          }
          const { counts, consecutiveFailures } = breaker.view();
          return { counts, consecutiveFailures };
        });
        expect(counted[0]).toEqual(counted[1]);

        const slotMs = STEADY.windowMs / 30;
        const slotOf = (timeMs: number): number => Math.floor(timeMs / slotMs);
        const inWindow = list.filter(({ ageMs }) => slotOf(NOW_MS - ageMs) > slotOf(NOW_MS) - 30);
        expect(counted[0]!.counts).toEqual({
          calls: inWindow.length,
          failures: inWindow.filter(({ failed }) => failed).length,
        });
        const timely = list.filter(({ ageMs }) => ageMs <= STEADY.windowMs);
        const youngestSuccess = Math.min(...timely.filter(({ failed }) => !failed).map(({ ageMs }) => ageMs));
        const run = timely.filter(({ failed, ageMs }) => failed && ageMs < youngestSuccess).length;
        expect(counted[0]!.consecutiveFailures).toBe(run);
      }),
      { numRuns },
    );
  });
});

describe('the time of an opening', () => {
  it('is never shorter than asked for or backed off to, nor longer than jitter allows', () => {
    const anyOpening = fc.record({
      opening: fc.integer({ min: 1, max: 2_000 }),
      retryAfterMs: fc.nat(1e10),
      isTold: fc.boolean(),
    });
    fc.assert(
      fc.property(anySettings, anyOpening, fc.bigInt({ min: 0n, max: 99n }), (settings, told, seed) => {
        const { open } = settings;
        const { opening, retryAfterMs, isTold } = told;
        const ms = openDurationMs({ opening, ...(isTold && { retryAfterMs }) }, open, rngFromSeed(seed));
        const least = isTold
          ? Math.min(retryAfterMs, open.retryAfterMaxMs)
          : Math.min(open.maxMs, open.firstMs * 2 ** (opening - 1));
        expect(ms).toBeGreaterThanOrEqual(least);
        expect(ms).toBeLessThanOrEqual(longestOpenMs(open));
      }),
      { numRuns },
    );
  });
});
