import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceTable } from '../../../src/core/cost/price-table.js';
import { normalizeAttempt, type AttemptReport } from '../../../src/core/outcome/normalize.js';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { assertOutcome } from '../../../src/store/outcome-check.js';
import { ISSUED_MS, ticketOf } from '../../builders/ticket.js';

const PRICES = priceTable({ inputUsdPerMTok: 2, outputUsdPerMTok: 10, batchDiscount: 0.5 });
const RECEIVED_MS = ISSUED_MS + 60_000;
const REPORT: AttemptReport = { attempt: 0, status: 'success', qualitySource: '' };
const digest = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);

interface Given {
  readonly prices?: typeof PRICES | null;
  readonly ticket?: ReturnType<typeof ticketOf>;
  readonly receiveTimeMs?: number;
}

function outcomesOf(changes: Partial<AttemptReport>, given: Given = {}): Outcome[] {
  const { prices = PRICES, ticket = ticketOf(), receiveTimeMs = RECEIVED_MS } = given;
  const context = { ...(prices && { prices }), receiveTimeMs, digest };
  return normalizeAttempt(ticket, { ...REPORT, ...changes }, context);
}
const executionOf = (changes: Partial<AttemptReport>, given: Given = {}) =>
  outcomesOf(changes, given)[0]!.execution!;
const digestOf = (changes: Partial<AttemptReport>) => outcomesOf(changes)[0]!.digest;

describe('the event time', () => {
  it.each([
    ['when the call ended', ISSUED_MS + 5_000, ISSUED_MS + 5_000],
    ['the receipt, where none was told', undefined, RECEIVED_MS],
    ['the issue, for an end before it', ISSUED_MS - 1, ISSUED_MS],
    ['the receipt, for an end after it', RECEIVED_MS + 1, RECEIVED_MS],
  ])('is %s', (_name, endTimeMs, eventTimeMs) => {
    const report = endTimeMs === undefined ? {} : { endTimeMs };
    expect(outcomesOf(report)[0]).toMatchObject({ eventTimeMs, receiveTimeMs: RECEIVED_MS });
  });
});

describe('the cost', () => {
  it('is what was billed, before what the list says', () => {
    const usage = { inputTokens: 1000, outputTokens: 100 };
    expect(executionOf({ usage, costNanoUsd: 42 }).costNanoUsd).toBe(42);
  });

  it('is by the list where the answer’s length is known: 1,000 × 2 + 100 × 10 µUSD', () => {
    expect(executionOf({ usage: { inputTokens: 1000, outputTokens: 100 } }).costNanoUsd).toBe(3_000_000);
  });

  it('takes the ticket’s prompt length where none was told, and its batch discount', () => {
    expect(executionOf({ usage: { outputTokens: 100 } }).costNanoUsd).toBe(3_000_000);
    const ticket = ticketOf({ batch: true });
    expect(executionOf({ usage: { outputTokens: 100 } }, { ticket }).costNanoUsd).toBe(1_500_000);
  });

  it('is at the prices of the call’s time, whenever it is reported', () => {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const midnight = Date.parse(day(ISSUED_MS)) + 86_400_000;
    const prices = priceTable({
      from: '2020-01-01',
      inputUsdPerMTok: 2,
      outputUsdPerMTok: 10,
      schedule: [{ from: day(midnight), inputUsdPerMTok: 1, outputUsdPerMTok: 5 }],
    });
    const usage = { inputTokens: 1000, outputTokens: 100 };
    const costAt = (endTimeMs: number): number | undefined =>
      executionOf({ usage, endTimeMs }, { prices, receiveTimeMs: midnight + 1_000 }).costNanoUsd;
    expect([costAt(midnight - 1), costAt(midnight)]).toEqual([3_000_000, 1_500_000]);
  });

  it('has each part of the usage at its own price', () => {
    const prices = priceTable({
      inputUsdPerMTok: 2,
      outputUsdPerMTok: 10,
      cachedInputUsdPerMTok: 0.2,
      cacheWriteUsdPerMTok: 2.5,
      cacheWrite1hUsdPerMTok: 4,
      perToolCallUsd: 0.01,
    });
    const usage = {
      inputTokens: 1000,
      cachedInputTokens: 500,
      cacheWriteTokens: 200,
      cacheWrite1hTokens: 100,
      outputTokens: 100,
      toolCalls: 2,
    };
    // 200 × 2 + 500 × 0.2 + 200 × 2.5 + 100 × 4 + 100 × 10 µUSD, and two calls.
    expect(executionOf({ usage }, { prices }).costNanoUsd).toBe(2_400_000 + 20_000_000);
  });

  it('is unknown without the answer’s length, and for an unpriced model', () => {
    expect(executionOf({}).costNanoUsd).toBeUndefined();
    expect(executionOf({ usage: { inputTokens: 1000 } }).costNanoUsd).toBeUndefined();
    expect(executionOf({ usage: { outputTokens: 5 } }, { prices: null }).costNanoUsd).toBeUndefined();
    expect(executionOf({ costNanoUsd: 5 }, { prices: null }).costNanoUsd).toBe(5);
  });
});

describe('the output tokens', () => {
  it('are what was told', () => {
    expect(executionOf({ usage: { outputTokens: 100 }, costNanoUsd: 9_000_000 }).outputTokens).toBe(100);
  });

  it('are implied by the cost: (7,000 − 1,000 × 2) / 10 = 500', () => {
    expect(executionOf({ costNanoUsd: 7_000_000 }).outputTokens).toBeCloseTo(500, 9);
    expect(executionOf({ costNanoUsd: 7_000_000, usage: { inputTokens: 2000 } }).outputTokens).toBeCloseTo(
      300,
      9,
    );
  });

  it('are unknown where nothing implies them', () => {
    expect(executionOf({}).outputTokens).toBeUndefined();
    expect(executionOf({ costNanoUsd: 7_000_000 }, { prices: null }).outputTokens).toBeUndefined();
    const flat = priceTable({ inputUsdPerMTok: 2, outputUsdPerMTok: 0 });
    expect(executionOf({ costNanoUsd: 7_000_000 }, { prices: flat }).outputTokens).toBeUndefined();
  });
});

describe('the outcomes of a report', () => {
  it('are an execution, a quality, or both', () => {
    const metrics = (changes: Partial<AttemptReport>): string[] =>
      outcomesOf(changes).map(({ metric }) => metric);
    expect(metrics({})).toEqual(['execution']);
    expect(metrics({ quality: 0 })).toEqual(['execution', 'quality']);
  });

  it('are a quality alone where only that is told', () => {
    const { status: _, ...late } = { ...REPORT, quality: 0.5, qualitySource: 'user' };
    const outcomes = normalizeAttempt(ticketOf(), late, { receiveTimeMs: RECEIVED_MS, digest });
    expect(outcomes).toMatchObject([{ metric: 'quality', quality: { value: 0.5, source: 'user' } }]);
    expect(outcomes[0]).not.toHaveProperty('execution');
  });

  it('belong to the attempt’s arm; a fallback has no propensity', () => {
    expect(outcomesOf({})[0]).toMatchObject({ armId: 7, propensityQ16: 40_000, expectedQualityQ16: 52_000 });
    expect(outcomesOf({ attempt: 1 })[0]).toMatchObject({
      armId: 9,
      propensityQ16: 0,
      expectedCostNanoUsd: 900_000,
    });
  });

  it('carry the ticket’s budget, or none', () => {
    const budget = { id: 'team', averageNanoUsd: 5 };
    expect(outcomesOf({}, { ticket: ticketOf({ budget }) })[0]!.budget).toEqual(budget);
    expect(outcomesOf({})[0]).not.toHaveProperty('budget');
  });

  it('hold the invariants of the outcome log, for any report that validation lets through', () => {
    const tokens = fc.nat(100_000_000);
    const report = fc.record(
      {
        attempt: fc.nat(1),
        status: fc.constantFrom('success' as const, 'timeout' as const, 'cancelled' as const),
        quality: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
        qualitySource: fc.constant('judge'),
        latencyMs: fc.double({ min: 0, max: 86_400_000, noNaN: true }),
        usage: fc.record({ inputTokens: tokens, outputTokens: tokens }, { requiredKeys: [] }),
        costNanoUsd: fc.nat(1_000_000_000),
        endTimeMs: fc.nat(2 * ISSUED_MS),
      },
      { requiredKeys: ['attempt', 'qualitySource'] },
    );
    fc.assert(
      fc.property(report, (told) => {
        const outcomes = normalizeAttempt(ticketOf(), told, {
          prices: PRICES,
          receiveTimeMs: RECEIVED_MS,
          digest,
        });
        outcomes.forEach(assertOutcome);
        for (const { eventTimeMs } of outcomes) expect(eventTimeMs).toBeGreaterThanOrEqual(ISSUED_MS);
      }),
    );
  });
});

describe('the digest', () => {
  it('tells every part of a usage from the others, and from none', () => {
    const whole = { inputTokens: 10, outputTokens: 10 };
    const digests = [
      'cachedInputTokens',
      'cacheWriteTokens',
      'cacheWrite1hTokens',
      'audioInputTokens',
      'imageInputTokens',
      'reasoningTokens',
      'audioOutputTokens',
      'imageOutputTokens',
      'toolCalls',
    ].map((part) => digestOf({ usage: { ...whole, [part]: 1 } }));
    expect(new Set([...digests, digestOf({ usage: whole })]).size).toBe(10);
  });

  const FULL = {
    latencyMs: 800,
    timeToFirstTokenMs: 100,
    usage: { inputTokens: 10, outputTokens: 20, cachedInputTokens: 5, reasoningTokens: 3 },
    costNanoUsd: 99,
  };

  it('is what it was before a time to wait could be told, where none is', () => {
    const told = ['rate_limited', null, null, null, null, null, null, null];
    expect(digestOf({ status: 'rate_limited' })).toBe(digest(JSON.stringify(told)));
    expect(digestOf({ status: 'rate_limited', retryAfterMs: 0 })).toBe(digest(JSON.stringify([...told, 0])));
  });

  it('is the same on a retry, later and under other prices', () => {
    const later = outcomesOf(FULL, { receiveTimeMs: RECEIVED_MS + 9_999, prices: null });
    expect(later[0]!.digest).toBe(digestOf(FULL));
  });

  it.each<Partial<AttemptReport>>([
    { status: 'timeout' },
    { latencyMs: 801 },
    { timeToFirstTokenMs: 101 },
    { usage: { ...FULL.usage, inputTokens: 11 } },
    { usage: { ...FULL.usage, outputTokens: 21 } },
    { usage: { ...FULL.usage, cachedInputTokens: 6 } },
    { usage: { ...FULL.usage, reasoningTokens: 4 } },
    { costNanoUsd: 98 },
  ])('differs when %j differs', (change) => {
    expect(digestOf({ ...FULL, ...change })).not.toBe(digestOf(FULL));
  });

  it('tells a value that was left out from a zero, and one field from another', () => {
    const { costNanoUsd: _, ...unbilled } = FULL;
    expect(digestOf(unbilled)).not.toBe(digestOf({ ...unbilled, costNanoUsd: 0 }));
    expect(digestOf({ latencyMs: 5 })).not.toBe(digestOf({ timeToFirstTokenMs: 5 }));
  });

  it('of an execution does not change with the quality that comes beside it, nor the reverse', () => {
    const [execution, quality] = outcomesOf({ ...FULL, quality: 0.5 });
    expect(execution!.digest).toBe(digestOf(FULL));
    expect(quality!.digest).toBe(outcomesOf({ latencyMs: 1, quality: 0.5 })[1]!.digest);
    expect(quality!.digest).not.toBe(outcomesOf({ quality: 0.6 })[1]!.digest);
    expect(quality!.digest).not.toBe(outcomesOf({ quality: 0.5, qualitySource: 'user' })[1]!.digest);
  });
});
