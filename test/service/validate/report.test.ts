import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutcomeStatus, ReportRequest } from '../../../src/gen/sextant/v1/outcome.js';
import { decodeReport } from '../../../src/service/validate/report.js';
import { refusesProperly, violationsOf } from '../../builders/violations.js';

type Draft = Parameters<typeof ReportRequest.fromPartial>[0];
type Attempt = NonNullable<Draft['attempts']>[number];
const TICKET = Uint8Array.from([1]);
const report = (...attempts: Attempt[]): ReportRequest =>
  ReportRequest.fromPartial({ ticket: TICKET, attempts });
const faultsOf = (...attempts: Attempt[]): string[] => violationsOf(() => decodeReport(report(...attempts)));
const GOOD: Attempt = { status: OutcomeStatus.SUCCESS };

describe('a report', () => {
  it('comes in our units', () => {
    const full: Attempt = {
      attempt: 1,
      status: OutcomeStatus.RATE_LIMITED,
      quality: 0.5,
      qualitySource: 'judge:x',
      latency: { seconds: 1n, nanos: 500_000_000 },
      timeToFirstToken: { seconds: 0n, nanos: 250_000 },
      usage: { inputTokens: 10n, outputTokens: 20n, cachedInputTokens: 5n, reasoningTokens: 20n },
      costNanoUsd: 99n,
      endTime: { seconds: 1_770_000_000n, nanos: 1_900_000 },
      retryAfter: { seconds: 20n, nanos: 500_100_000 },
    };
    expect(decodeReport(report(full))).toEqual([
      {
        attempt: 1,
        status: 'rate_limited',
        quality: 0.5,
        qualitySource: 'judge:x',
        latencyMs: 1500,
        timeToFirstTokenMs: 0.25,
        usage: { inputTokens: 10, outputTokens: 20, cachedInputTokens: 5, reasoningTokens: 20 },
        costNanoUsd: 99,
        endTimeMs: 1_770_000_000_001,
        // Rounded up: the provider's time is never undercut.
        retryAfterMs: 20_501,
      },
    ]);
  });

  it('may bring a status alone, or a quality alone, and a quality of 0', () => {
    expect(decodeReport(report(GOOD))).toEqual([{ attempt: 0, status: 'success', qualitySource: '' }]);
    expect(decodeReport(report({ quality: 0 }))).toEqual([{ attempt: 0, quality: 0, qualitySource: '' }]);
  });

  it('may speak of every attempt once', () => {
    expect(faultsOf(...[0, 1, 2, 3, 4].map((attempt) => ({ ...GOOD, attempt })))).toEqual([]);
  });
});

describe('the time that a provider asked for', () => {
  const RETRY = { seconds: 30n, nanos: 0 };

  it.each([OutcomeStatus.RATE_LIMITED, OutcomeStatus.SERVER_ERROR])('goes with status %d', (status) => {
    expect(faultsOf({ status, retryAfter: RETRY })).toEqual([]);
  });

  it('goes with no other status, nor with a quality alone', () => {
    for (const status of [1, 3, 5, 6, 7, 8] as OutcomeStatus[]) {
      expect(faultsOf({ status, retryAfter: RETRY })).toEqual(['attempts[0].retry_after']);
    }
    expect(faultsOf({ quality: 1, retryAfter: RETRY })).toEqual(['attempts[0].retry_after']);
  });

  it('is at most 31 days, and not negative', () => {
    const status = OutcomeStatus.RATE_LIMITED;
    const at = (seconds: bigint) => faultsOf({ status, retryAfter: { seconds, nanos: 0 } });
    expect(at(31n * 86_400n)).toEqual([]);
    expect(at(31n * 86_400n + 1n)).toEqual(['attempts[0].retry_after']);
    expect(at(-1n)).toEqual(['attempts[0].retry_after']);
  });
});

describe('a bad report', () => {
  it('names who judged, and not how', () => {
    expect(faultsOf({ ...GOOD, qualitySource: 'user' })).toEqual(['attempts[0].quality_source']);
    expect(faultsOf({ ...GOOD, quality: 0, qualitySource: 'user' })).toEqual([]);
  });

  it('is told every violation at once', () => {
    const faults = faultsOf(
      {
        status: 99 as OutcomeStatus,
        quality: 1.01,
        qualitySource: 'x'.repeat(64),
        latency: { seconds: 1n },
        timeToFirstToken: { seconds: 2n },
        usage: { inputTokens: 5n, cachedInputTokens: 6n, outputTokens: -1n },
        costNanoUsd: -1n,
        endTime: { seconds: -1n },
      },
      { ...GOOD, latency: { seconds: 86_401n }, usage: { outputTokens: 1n, reasoningTokens: 2n } },
      { attempt: 2, quality: NaN, latency: { nanos: 1_000_000_000 } },
    );
    expect(faults).toEqual(
      [
        'attempts[0].cost_nano_usd',
        'attempts[0].end_time',
        'attempts[0].quality',
        'attempts[0].quality_source',
        'attempts[0].status',
        'attempts[0].time_to_first_token',
        'attempts[0].usage.cached_input_tokens',
        'attempts[0].usage.output_tokens',
        'attempts[1].attempt',
        'attempts[1].latency',
        'attempts[1].usage.reasoning_tokens',
        'attempts[2].latency.nanos',
        'attempts[2].quality',
        'attempts[2].status',
      ].sort(),
    );
  });

  it('without a ticket and without attempts is told both', () => {
    expect(violationsOf(() => decodeReport(ReportRequest.fromPartial({})))).toEqual(['attempts', 'ticket']);
  });

  it.each<[string, Attempt]>([
    ['a latency', { quality: 1, latency: { seconds: 1n } }],
    ['a cost of 0', { quality: 1, costNanoUsd: 0n }],
    ['usage', { quality: 1, usage: {} }],
    ['neither status nor quality', {}],
  ])('without a status but with %s is refused', (_name, attempt) => {
    expect(faultsOf(attempt)).toEqual(['attempts[0].status']);
  });

  it('with too many attempts is refused', () => {
    expect(faultsOf(...[0, 1, 2, 3, 4, 5].map((attempt) => ({ ...GOOD, attempt })))).toEqual(['attempts']);
  });

  it('with cached or thinking tokens beyond their whole is refused, also where the whole is not told', () => {
    const parts = {
      cachedInputTokens: 4n,
      cacheWriteTokens: 4n,
      cacheWrite1hTokens: 2n,
      audioInputTokens: 1n,
    };
    expect(faultsOf({ ...GOOD, usage: { inputTokens: 10n, ...parts, toolCalls: -1n } })).toEqual([
      'attempts[0].usage.audio_input_tokens',
      'attempts[0].usage.tool_calls',
    ]);
    expect(
      faultsOf({ ...GOOD, usage: { outputTokens: 5n, reasoningTokens: 3n, imageOutputTokens: 3n } }),
    ).toEqual(['attempts[0].usage.image_output_tokens']);
    expect(faultsOf({ ...GOOD, usage: { cachedInputTokens: 1n, reasoningTokens: 1n } })).toEqual([
      'attempts[0].usage.cached_input_tokens',
      'attempts[0].usage.reasoning_tokens',
    ]);
  });
});

describe('any message', () => {
  it('is a report or a SextantError, never another error', () => {
    const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const span = fc.record({ seconds: whole, nanos: fc.integer() }, { requiredKeys: [] });
    const attempt = fc.record(
      {
        attempt: fc.nat(0xffff_ffff),
        status: fc.oneof(fc.nat(10), fc.integer()),
        quality: fc.double(),
        qualitySource: fc.string({ maxLength: 80 }),
        latency: span,
        timeToFirstToken: span,
        usage: fc.record(
          { inputTokens: whole, outputTokens: whole, cachedInputTokens: whole },
          { requiredKeys: [] },
        ),
        costNanoUsd: whole,
        endTime: span,
      },
      { requiredKeys: [] },
    );
    const anyReport = fc.record({
      ticket: fc.uint8Array({ maxLength: 4 }),
      attempts: fc.array(attempt, { maxLength: 7 }),
    });
    fc.assert(
      fc.property(anyReport, (draft) => {
        refusesProperly(() => decodeReport(ReportRequest.fromPartial(draft)));
      }),
      { numRuns: 500 },
    );
  });
});
