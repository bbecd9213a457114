import { describe, expect, it } from 'vitest';
import { csvOf } from '../../dashboard/src/csv.js';
import { duration, milliseconds, percent, rate, usd } from '../../dashboard/src/format.js';
import { hrefOf, parseRoute } from '../../dashboard/src/route.js';
import { describeSpend, describeUseCase } from '../../dashboard/src/sentence.js';

describe('a use case in one sentence', () => {
  const summary = {
    useCase: 'sql-generation',
    decisions: 100,
    top: { model: 'google/gemini-flash', share: 0.63 },
    quality: { mean: 0.9134, halfWidth: 0.0199, count: 90 },
    costPerRequestNanoUsd: 120_000,
    success: 0.99,
  };

  it('says who takes it, how good it is and what it costs', () => {
    expect(describeUseCase(summary)).toBe(
      'gemini-flash takes 63 % of sql-generation; quality 0.91 ± 0.02, cost 1.2e-4 USD a request.',
    );
  });

  it('says what is not known', () => {
    expect(describeUseCase({ ...summary, top: null, quality: null, costPerRequestNanoUsd: null })).toBe(
      'No decisions for sql-generation; nothing was reported yet.',
    );
    expect(describeUseCase({ ...summary, quality: { mean: 0.5, halfWidth: null, count: 1 } })).toContain(
      'quality 0.50, cost',
    );
    expect(describeUseCase({ ...summary, quality: { mean: 0.9134, halfWidth: 0.0042, count: 1 } })).toContain(
      '0.913 ± 0.004',
    );
  });
});

describe('a budget in one sentence', () => {
  const HOUR_MS = 3_600_000;
  const period = {
    every: 'day',
    timeZone: 'UTC',
    onExhausted: 'stop',
    startMs: 0,
    endMs: 24 * HOUR_MS,
    limitNanoUsd: 1e9,
    spentNanoUsd: 5e8,
    reservedNanoUsd: 0,
    remainingNanoUsd: 5e8,
    nanoUsdPerHour: 1e8,
    exhaustedAtMs: null,
  };
  const spend = (changes: Partial<typeof period> | { exhaustedAtMs: number }) => ({
    account: 'a',
    useCase: null,
    lambda: 0,
    averageNanoUsdPerRequest: null,
    period: { ...period, ...changes },
    quarters: [],
  });

  it('says when it is exhausted and what becomes of requests', () => {
    const text = describeSpend(spend({ exhaustedAtMs: 15 * HOUR_MS }), 10 * HOUR_MS);
    expect(text).toMatch(
      /^At 0\.100 USD an hour it is exhausted in 5 h, .*; requests are refused from then\.$/,
    );
    expect(describeSpend(spend({ remainingNanoUsd: 0, onExhausted: 'cheapest' }), 0)).toMatch(
      /^Exhausted: requests go to the cheapest model until /,
    );
    expect(describeSpend(spend({}), 0)).toMatch(/^Lasts until the day ends, /);
    expect(describeSpend(spend({ nanoUsdPerHour: 0 }), 0)).toMatch(/^Nothing was spent lately/);
  });
});

it('writes figures so that they can be compared', () => {
  expect([0, 35_000, 120_000, 9_990_000, 58_000_000, 1_234_567_890_000].map((nano) => usd(nano))).toEqual([
    '0 USD',
    '3.5e-5 USD',
    '1.2e-4 USD',
    '1.0e-2 USD',
    '0.0580 USD',
    '1,234.57 USD',
  ]);
  expect([null, 0, 0.0004, 0.004, 0.63, 0.9999, 1].map(percent)).toEqual([
    '–',
    '0 %',
    '0.1 %',
    '0.4 %',
    '63 %',
    '99.9 %',
    '100 %',
  ]);
  expect([0.26, 5.24, 840.4, 12_340].map(milliseconds)).toEqual(['0.26 ms', '5.2 ms', '840 ms', '12.3 s']);
  expect([0, 0.42, 5.1, 73, 1204].map(rate)).toEqual(['0', '0.42', '5.1', '73', '1,204']);
  expect([5_000, 240_000, 11_520_000, 187_200_000].map(duration)).toEqual([
    '5 s',
    '4 min',
    '3 h 12 min',
    '2 d 4 h',
  ]);
});

describe('a CSV', () => {
  it('quotes what has to be, and leaves empty what is not known', () => {
    const csv = csvOf(
      ['model', 'share'],
      [
        ['a,b', 0.5],
        ['say "x"\n', null],
        ['n', NaN],
      ],
    );
    expect(csv).toBe('model,share\r\n"a,b",0.5\r\n"say ""x""\n",\r\nn,\r\n');
  });

  it('holds no formula', () => {
    expect(csvOf(['x'], [['=1+1'], ['@sum'], ['-5'], [-5]])).toBe("x\r\n'=1+1\r\n'@sum\r\n'-5\r\n-5\r\n");
  });
});

describe('the address', () => {
  it('holds the view, the use case and the span', () => {
    const route = { view: 'decisions', useCase: 'a b&c', span: '24h', params: { model: 'a/b' } } as const;
    expect(parseRoute(hrefOf(route).slice(1))).toEqual(route);
    expect(hrefOf({ view: 'overview', useCase: '', span: '15m', params: {} })).toBe('/');
  });

  it('falls back to the overview where it says nothing known', () => {
    expect(parseRoute('?view=__proto__&span=1y')).toEqual({
      view: 'overview',
      useCase: '',
      span: '15m',
      params: {},
    });
  });
});
