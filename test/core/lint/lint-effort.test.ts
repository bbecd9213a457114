import { describe, expect, it } from 'vitest';
import { lintPolicy } from '../../../src/core/lint/lint-policy.js';
import { parseRules } from '../../../src/core/rules/parse-rules.js';
import { compiled, KNOWN, model, noSchema, rule } from '../rules/fixture.js';

const TENANTS = new Map([['default', { id: 'default', tier: 'standard' as const, tags: [] }]]);
const MODELS = Array.from({ length: 1_000 }, (_, i) =>
  model(`p${i % 9}/m${i}`, { regions: [i % 2 === 0 ? 'eu' : 'us'], tags: [`t${i}`] }),
);
/** Generous, since other tests share the machine; the slowest takes a second by itself. */
const MOST_MS = 4_000;

const compare = (fact: string, path: string, operator: string, value: unknown): object => ({
  fact,
  path: `$.${path}`,
  operator,
  value,
});
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const pin = (i: number, conditions: object): object =>
  rule('pin', { model: 'p0/m0' }, { name: `r${i}`, priority: 1 + (i % 7), conditions });
const exclude = (i: number, conditions: object): object =>
  rule('exclude', { reason: 'no' }, { name: `r${i}`, conditions });

describe('however rules are written within the limits, looking through them ends soon', () => {
  it.each<[claim: string, rules: object[], conditions?: object]>([
    [
      'one member against thousands of numbers',
      times(10, (r) =>
        pin(r, { all: times(1_990, (i) => compare('request', 'maxOutputTokens', 'notEqual', i + r)) }),
      ),
    ],
    [
      'one member against thousands of texts',
      times(10, (r) =>
        pin(r, { all: times(1_990, (i) => compare('request', 'useCase', 'notEqual', `u${i}`)) }),
      ),
    ],
    [
      'one member in and not in long lists',
      times(10, (r) =>
        pin(r, {
          all: times(20, (k) =>
            compare(
              'request',
              'useCase',
              k % 2 === 0 ? 'notIn' : 'in',
              times(1_000, (i) => `u${i + k}`),
            ),
          ),
        }),
      ),
    ],
    [
      'alternatives in all and any',
      times(80, (r) =>
        pin(r, {
          all: times(40, (i) => ({
            any: times(5, (k) => compare('request', `attributes.a${i}`, 'equal', `x${k}`)),
          })),
        }),
      ),
    ],
    [
      'many small rules that each could be behind each',
      times(1_000, (r) => pin(r, { all: [compare('request', 'useCase', 'equal', `u${r}`)] })),
    ],
    [
      'wide alternatives, pair by pair',
      times(78, (r) =>
        pin(r, { any: times(255, (i) => compare('request', `attributes.a${i}`, 'equal', 'x')) }),
      ),
    ],
    [
      'minutes of the week, again and again',
      times(900, (r) =>
        pin(r, { all: times(9, () => compare('clock', 'dayTime', 'within', 'Sat 03:00-04:00')) }),
      ),
    ],
    [
      'rules on candidates, each on a thousand models',
      times(1_000, (r) =>
        exclude(r, {
          all: times(10, (i) => compare('model', 'regions', i % 2 ? 'contains' : 'not:contains', `r${i}`)),
        }),
      ),
    ],
    [
      'names that stand for much, on a thousand models',
      times(60, (r) => exclude(r, { condition: 'c8' })),
      Object.fromEntries(
        times(9, (i) => [
          `c${i}`,
          i === 0
            ? { all: [compare('model', 'regions', 'contains', 'eu')] }
            : { any: [{ condition: `c${i - 1}` }, { not: { condition: `c${i - 1}` } }] },
        ]),
      ),
    ],
    [
      'words that no model has',
      times(15, (r) =>
        exclude(r, {
          all: [
            compare(
              'model',
              'tags',
              'intersects',
              times(1_000, (i) => `t${r}x${i}`),
            ),
          ],
        }),
      ),
    ],
    [
      'patterns of nobody',
      times(500, (r) => rule('restrict', { models: times(100, (i) => `*a${r}*b${i}*`) }, { name: `r${r}` })),
    ],
    [
      'lists of tags, all subsets of which are tried',
      times(300, (r) =>
        pin(r, {
          all: times(60, (i) => compare('tenant', 'tags', i % 2 ? 'contains' : 'not:contains', `t${i % 6}`)),
        }),
      ),
    ],
  ])('%s', (_, rules, conditions = {}) => {
    const ruleSet = parseRules([{ file: 'rules/a.json', value: { conditions, rules } }], noSchema, {
      ...KNOWN,
      models: MODELS,
    });
    expect(ruleSet.ok || ruleSet.faults.slice(0, 3)).toBe(true);
    if (!ruleSet.ok) return;
    const started = performance.now();
    const warnings = lintPolicy({ rules: ruleSet.value, models: MODELS, tenants: TENANTS });
    const took = performance.now() - started;
    expect(took).toBeLessThan(MOST_MS);
    expect(warnings.length).toBeLessThanOrEqual(201);
  });

  it('a hard rule leaves room for a warning about an easy one', () => {
    const hard = pin(0, { all: times(1_990, (i) => compare('request', 'maxOutputTokens', 'notEqual', i)) });
    const never = pin(1, {
      all: [compare('clock', 'hour', 'greaterThan', 20), compare('clock', 'hour', 'lessThan', 6)],
    });
    const ruleSet = compiled({
      rules: [hard, never].map((r) => ({ ...r, event: { type: 'cap', params: { costUsd: 0.1 } } })),
    });
    const said = lintPolicy({ rules: ruleSet, models: MODELS, tenants: TENANTS });
    expect(said.map(({ code }) => code)).toContain('never-holds');
  });
});
