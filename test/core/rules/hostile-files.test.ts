import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/core/rules/parse-rules.js';
import { RULE_LIMITS } from '../../../src/core/rules/limits.js';
import { ALWAYS, faultsOf, KNOWN, noSchema, rule } from './fixture.js';

const leaf = (over: object = {}) => ({
  fact: 'request',
  path: '$.useCase',
  operator: 'equal',
  value: 'a',
  ...over,
});
const withEvent = (type: string, params: unknown, conditions: unknown = ALWAYS) => ({
  rules: [rule(type, params, { conditions })],
});
const lines = (value: unknown) =>
  faultsOf(value).map(
    ({ path, reason, suggestion }) =>
      `${path}: ${reason}${suggestion === undefined ? '' : ` (${suggestion})`}`,
  );

describe('hostile files', () => {
  const timed = (work: () => void) => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const nested = (levels: number) => {
    let condition: object = leaf();
    for (let i = 0; i < levels; i++) condition = { not: condition };
    return condition;
  };

  it('a hundred thousand levels are one fault, in a moment', () => {
    const value = withEvent('reject', { reason: 'x' }, nested(100_000));
    let found: string[] = [];
    expect(timed(() => (found = lines(value)))).toBeLessThan(500);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/nested deeper than 32$/);
  });

  it(`${RULE_LIMITS.depth} levels are fine, one more is not`, () => {
    expect(lines(withEvent('reject', { reason: 'x' }, nested(RULE_LIMITS.depth - 1)))).toEqual([]);
    expect(lines(withEvent('reject', { reason: 'x' }, nested(RULE_LIMITS.depth)))).toHaveLength(1);
  });

  it('names cannot be chained around the depth limit', () => {
    const conditions = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [
        `c${i}`,
        i === 4_999 ? ALWAYS : { not: { condition: `c${i + 1}` } },
      ]),
    );
    const value = { conditions, ...withEvent('reject', { reason: 'x' }, { condition: 'c0' }) };
    let found: string[] = [];
    expect(timed(() => (found = lines(value)))).toBeLessThan(1_000);
    expect(found[0]).toContain('nested deeper than 32, its references followed');
  });

  const doubling = (steps: number): Record<string, object> =>
    Object.fromEntries(
      Array.from({ length: steps }, (_, i) => [
        `c${i}`,
        i === 0
          ? { all: [leaf({ value: 'support' })] }
          : { all: [{ condition: `c${i - 1}` }, { condition: `c${i - 1}` }] },
      ]),
    );

  it('names that double at each step are fine while what they stand for can be read', () => {
    const value = {
      conditions: doubling(9),
      ...withEvent('reject', { reason: 'x' }, { condition: 'c8' }),
    };
    expect(lines(value)).toEqual([]);
  });

  it('names that double at each step end where what they stand for is too much, each said once', () => {
    const value = {
      conditions: doubling(30),
      ...withEvent('reject', { reason: 'x' }, { condition: 'c29' }),
    };
    let found: string[] = [];
    expect(timed(() => (found = lines(value)))).toBeLessThan(500);
    expect(found[0]).toBe(
      'conditions.c9: is 2557 conditions, its references followed; at most 2000 (split it into several, or list values with in)',
    );
    expect(found.every((line) => line.includes('at most 2000'))).toBe(true);
  });

  it('a rule that refers to a large name again and again is too large', () => {
    const twice = { all: [{ condition: 'c8' }, { condition: 'c8' }] };
    const value = { conditions: doubling(9), ...withEvent('reject', { reason: 'x' }, twice) };
    expect(lines(value)).toEqual([
      'rules[0].conditions: is 2557 conditions, its references followed; at most 2000 (split it into several, or list values with in)',
    ]);
  });

  it('rules that are small by themselves end where they are too many in all', () => {
    const rules = Array.from({ length: 100 }, (_, i) =>
      rule('cap', { costUsd: 1 }, { name: `r${i}`, conditions: { condition: 'c8' } }),
    );
    expect(lines({ conditions: doubling(9), rules })).toEqual([
      expect.stringMatching(
        /^rules\[7\d\].conditions: more than 100000 conditions in all, references followed$/,
      ),
    ]);
  });

  it('a million conditions end at the limit', () => {
    const value = withEvent('reject', { reason: 'x' }, { all: Array<object>(1_000_000).fill(leaf()) });
    let found: string[] = [];
    expect(timed(() => (found = lines(value)))).toBeLessThan(2_000);
    expect(found).toEqual([
      'rules[0].conditions.all[19999]: more than 20000 conditions in all',
      expect.stringContaining(
        'rules[0].conditions: is 20000 conditions, its references followed; at most 2000',
      ),
    ]);
  });

  it('many faults are cut to a readable number, and cost no search for suggestions', () => {
    const bad = leaf({ fact: 'clock', path: '$.hour', params: { timeZone: 'Europe/Nowhere' } });
    const value = withEvent('reject', { reason: 'x' }, { all: Array<object>(5_000).fill(bad) });
    let found: string[] = [];
    expect(timed(() => (found = lines(value)))).toBeLessThan(5_000);
    expect(found).toHaveLength(RULE_LIMITS.faults + 1);
    expect(found.at(-1)).toContain('the rest is not listed');
  });

  it('too many rules and files are one fault', () => {
    const many = Array.from({ length: RULE_LIMITS.rules + 5 }, (_, i) =>
      rule('reject', { reason: 'x' }, { name: `r${i}` }),
    );
    expect(lines({ rules: many })).toEqual(['rules[1000]: more than 1000 rules in all']);
    const files = Array.from({ length: RULE_LIMITS.files + 2 }, (_, i) => ({
      file: `${i}.json`,
      value: { rules: [] },
    }));
    expect(parseRules(files, noSchema, KNOWN)).toEqual({
      ok: false,
      faults: [{ file: '64.json', path: '$', reason: 'more than 64 rule files' }],
    });
  });
});

it('a time zone that is named twenty thousand times is looked up once', () => {
  const onHour = {
    fact: 'clock',
    params: { timeZone: 'Europe/Berlin' },
    path: '$.hour',
    operator: 'equal',
    value: 1,
  };
  const rules = Array.from({ length: 10 }, (_, i) =>
    rule('cap', { costUsd: 1 }, { name: `r${i}`, conditions: { all: Array<object>(1_990).fill(onHour) } }),
  );
  const start = performance.now();
  expect(faultsOf({ rules })).toEqual([]);
  expect(performance.now() - start).toBeLessThan(1_000);
});
