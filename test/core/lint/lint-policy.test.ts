import { describe, expect, it } from 'vitest';
import { lintPolicy } from '../../../src/core/lint/lint-policy.js';
import { membersWithoutKind } from '../../../src/core/lint/member-values.js';
import type { Tenants } from '../../../src/core/rules/parse-tenants.js';
import type { Model } from '../../../src/core/registry/model.js';
import { policyOf, SHIPPED_RULES } from '../../builders/policy.js';
import { compiled, model, MODELS, rule } from '../rules/fixture.js';

const TENANTS: Tenants = new Map(
  ['default', 'acme-labs'].map((id) => [id, { id, tier: 'standard', tags: [] }]),
);

interface Check {
  readonly models?: readonly Model[];
  readonly conditions?: object;
}

/** Warnings of a file with these rules: `code path`. */
function warned(rules: readonly object[], { models = MODELS, conditions = {} }: Check = {}): string[] {
  return lintPolicy({ rules: compiled({ conditions, rules }), models, tenants: TENANTS }).map(
    ({ code, path }) => `${code} ${path}`,
  );
}

/** The same with what they suggest. */
const said = (rules: readonly object[]): string[] =>
  lintPolicy({ rules: compiled({ rules }), models: MODELS, tenants: TENANTS }).map(
    ({ code, path, suggestion = '' }) => `${code} ${path}: ${suggestion}`,
  );

const compare = (fact: string, path: string, operator: string, value: unknown): object => ({
  fact,
  path: `$.${path}`,
  operator,
  value,
});
const hour = (operator: string, value: number): object => compare('clock', 'hour', operator, value);
const useCase = (value: string): object => compare('request', 'useCase', 'equal', value);
const weighOn = (...all: object[]): object =>
  rule('weigh', { quality: 1, cost: 0, latency: 0 }, { conditions: { all } });
const at = 'rules[0].conditions';

describe('a condition that can never hold', () => {
  it.each<[string, object[], string]>([
    ['two equalities', [useCase('a'), useCase('b')], `${at}.all[1]`],
    ['an empty range', [hour('greaterThan', 20), hour('lessThan', 6)], `${at}.all[1]`],
    [
      'a range and a value',
      [compare('profile', 'inputTokens', 'lessThan', 5), compare('profile', 'inputTokens', 'equal', 5)],
      `${at}.all[1]`,
    ],
    ['a value that no clock shows', [hour('greaterThan', 23)], `${at}.all[0]`],
    ['a fraction above one', [compare('profile', 'complexity', 'greaterThan', 1)], `${at}.all[0]`],
    [
      'a list and what is not in it',
      [compare('request', 'useCase', 'in', ['a', 'b']), useCase('c')],
      `${at}.all[1]`,
    ],
    [
      'in a list and not',
      [compare('tenant', 'tags', 'contains', 'x'), compare('tenant', 'tags', 'not:contains', 'x')],
      `${at}.all[1]`,
    ],
    [
      'every word excluded',
      [compare('profile', 'level', 'notIn', ['low', 'medium', 'high'])],
      `${at}.all[0]`,
    ],
    [
      'dates that do not meet',
      [
        compare('clock', 'date', 'lessThan', '2025-01-01'),
        compare('clock', 'date', 'greaterThan', '2026-01-01'),
      ],
      `${at}.all[1]`,
    ],
    [
      'an alternative of which none is left',
      [useCase('a'), { any: [useCase('b'), useCase('c')] }],
      `${at}.all[1].any[0]`,
    ],
    [
      'a fact against a fact both ways',
      [
        compare('estimate', 'totalTokens', 'greaterThan', { fact: 'model', path: '$.contextWindowTokens' }),
        {
          not: compare('estimate', 'totalTokens', 'greaterThan', {
            fact: 'model',
            path: '$.contextWindowTokens',
          }),
        },
      ],
      `${at}.all[1].not`,
    ],
  ])('%s', (_, all, path) => {
    expect(warned([weighOn(...all)])).toContain(`never-holds ${path}`);
  });

  it('is found behind a name', () => {
    const conditions = { night: { all: [hour('lessThan', 6)] } };
    const late = weighOn({ condition: 'night' }, hour('greaterThan', 12));
    expect(warned([late], { conditions })).toEqual([`never-holds ${at}.all[1]`]);
  });

  it('is named where it stands, when others beside it can hold', () => {
    const any = [useCase('a'), { all: [hour('lessThan', 6), hour('greaterThan', 12)] }];
    expect(warned([rule('reject', { reason: 'no' }, { conditions: { any } })])).toEqual([
      `never-holds ${at}.any[1].all[1]`,
    ]);
  });

  it.each<[string, object[]]>([
    ['ranges that meet', [hour('greaterThan', 5), hour('lessThan', 7)]],
    [
      'numbers between two that are near',
      [
        compare('profile', 'complexity', 'greaterThan', 0.1),
        compare('profile', 'complexity', 'lessThan', 0.11),
      ],
    ],
    [
      'two attributes',
      [compare('request', 'attributes.a', 'equal', 'x'), compare('request', 'attributes.b', 'equal', 'y')],
    ],
    [
      'clocks of two places',
      [hour('equal', 3), { ...hour('equal', 5), params: { timeZone: 'Europe/Berlin' } }],
    ],
    [
      'a missing attribute',
      [
        compare('request', 'attributes.a', 'notIn', ['x']),
        compare('request', 'attributes.a', 'notEqual', 'y'),
      ],
    ],
    ['a text that counts as a number', [compare('request', 'attributes.n', 'greaterThan', 9)]],
    [
      'a list with two tags',
      [compare('tenant', 'tags', 'contains', 'x'), compare('tenant', 'tags', 'contains', 'y')],
    ],
    [
      'more tags than are tried',
      Array.from({ length: 12 }, (_, i) => compare('tenant', 'tags', 'contains', `t${i}`)),
    ],
    [
      'an index',
      [compare('model', 'regions[0]', 'equal', 'eu'), compare('model', 'regions', 'contains', 'us')],
    ],
  ])('is not seen in %s', (_, all) => {
    expect(warned([weighOn(...all)])).toEqual([]);
  });
});

describe('a comparison of the wrong type', () => {
  it.each<[object, string]>([
    [compare('request', 'batch', 'equal', 'true'), 'never-holds: write true without quotes'],
    [compare('model', 'regions', 'equal', 'eu'), 'never-holds: it is a list: use contains'],
    [compare('model', 'regions', 'in', ['eu', 'us']), 'never-holds: it is a list: use intersects'],
    [compare('model', 'regions', 'notEqual', 'eu'), 'always-holds: it is a list: use not:contains'],
    [compare('tenant', 'tier', 'contains', 'free'), 'never-holds: it is no list: use equal'],
    [compare('request', 'useCase', 'not:contains', 'a'), 'always-holds: it is no list: use not:equal'],
    [compare('profile', 'inputTokens', 'equal', '100'), 'never-holds: write 100 without quotes'],
  ])('%j', (condition, hint) => {
    expect(said([weighOn(useCase('x'), condition)])).toContain(hint.replace(':', ` ${at}.all[1]:`));
  });
});

describe('a condition that always holds', () => {
  it.each<[string, object]>([
    ['an hour from 0', hour('greaterThanInclusive', 0)],
    ['a fraction up to one', compare('profile', 'complexity', 'lessThanInclusive', 1)],
    [
      'unlike one value or another',
      {
        any: [compare('request', 'useCase', 'notEqual', 'a'), compare('request', 'useCase', 'notEqual', 'b')],
      },
    ],
  ])('%s', (_, condition) => {
    expect(warned([weighOn(useCase('x'), condition)]).map((text) => text.split(' ')[0])).toEqual([
      'always-holds',
    ]);
  });

  it('is meant where it is written as such', () => {
    expect(warned([weighOn()])).toEqual([]);
  });
});

describe('rules that leave no model', () => {
  const forCase = (type: string, params: object, name: string, ...all: object[]): object =>
    rule(type, params, { name, conditions: { all: [useCase('a'), ...all] } });

  it('alone, on the request or candidate by candidate', () => {
    expect(warned([forCase('require', { capabilities: ['web_search'] }, 'r')])).toEqual([
      'no-model-left rules[0].event',
    ]);
    const regions = compare('model', 'regions', 'not:contains', 'mars');
    expect(warned([forCase('exclude', { reason: 'far' }, 'r', regions)])).toEqual([
      'no-model-left rules[0].event',
      'matches-no-model rules[0].conditions.all[1]',
    ]);
  });

  it('together, where they require and exclude the same', () => {
    const require = forCase('require', { capabilities: ['tools'] }, 'a');
    const exclude = forCase(
      'exclude',
      { reason: 'no' },
      'b',
      compare('model', 'capabilities', 'contains', 'tools'),
    );
    expect(warned([require, exclude])).toEqual(['contradiction rules[1].event']);
    const narrower = forCase(
      'restrict',
      { models: ['cirrus/*'] },
      'c',
      compare('request', 'batch', 'equal', true),
    );
    expect(warned([require, narrower])).toEqual(['contradiction rules[1].event']);
  });

  it('not where each is for other requests, or what they cost decides', () => {
    const require = forCase('require', { capabilities: ['tools'] }, 'a');
    const other = rule(
      'exclude',
      { reason: 'no' },
      {
        name: 'b',
        conditions: { all: [useCase('b'), compare('model', 'capabilities', 'contains', 'tools')] },
      },
    );
    const dear = forCase(
      'exclude',
      { reason: 'no' },
      'c',
      compare('estimate', 'costUsd', 'greaterThan', 0.05),
    );
    expect(warned([require, other, dear])).toEqual([]);
  });
});

describe('a rule that never has a say', () => {
  const weigh = (name: string, priority: number, ...all: object[]): object =>
    rule('weigh', { quality: 1, cost: 0, latency: 0 }, { name, priority, conditions: { all } });

  it('stands behind one of its kind that fires wherever it does', () => {
    const [wide, narrow] = [
      weigh('wide', 9, useCase('a')),
      weigh('narrow', 1, useCase('a'), hour('lessThan', 6)),
    ];
    expect(warned([narrow, wide])).toEqual(['unreachable rules[0].event']);
    expect(
      warned([weigh('wide', 1, useCase('a')), weigh('narrow', 9, useCase('a'), hour('lessThan', 6))]),
    ).toEqual([]);
  });

  it('is one of many behind a rejection of everything, which is told once', () => {
    const reject = rule('reject', { reason: 'closed' }, { name: 'z' });
    const others = Array.from({ length: 16 }, (_, i) => weigh(`w${i}`, i + 1, useCase(`u${i}`)));
    const [only, ...more] = lintPolicy({
      rules: compiled({ rules: [...others, reject] }),
      models: MODELS,
      tenants: TENANTS,
    });
    expect(more).toEqual([]);
    expect(`${only?.path}: ${only?.reason}`).toBe(
      'rules[16].event: rejects every request: 16 other rules never have a say',
    );
    expect(warned([reject])).toEqual([]);
  });

  it('or behind a rejection', () => {
    const reject = rule('reject', { reason: 'closed' }, { name: 'z', conditions: { all: [useCase('a')] } });
    expect(warned([weigh('w', 1, useCase('a'), hour('lessThan', 6)), reject])).toEqual([
      'unreachable rules[0].event',
    ]);
  });
});

describe('units and names', () => {
  it.each<[string, object, string]>([
    [
      'a cost in cents',
      compare('estimate', 'costUsd', 'greaterThan', 50),
      'costUsd is US dollars per request',
    ],
    [
      'a cost below any',
      compare('estimate', 'costUsd', 'lessThan', 1e-9),
      'costUsd is US dollars per request',
    ],
    [
      'an instant in seconds',
      compare('clock', 'epochMs', 'greaterThan', 1_764_000_000),
      'if it is seconds, write 1764000000000',
    ],
    ['a day that no month has', compare('clock', 'date', 'equal', '2025-02-30'), 'a date is YYYY-MM-DD'],
    [
      'a date the other way round',
      compare('clock', 'date', 'lessThan', '24.12.2025'),
      'a date is YYYY-MM-DD',
    ],
    ['a month where a day is asked for', compare('clock', 'date', 'in', ['2025-12']), 'a date is YYYY-MM-DD'],
  ])('knows %s', (_, condition, suggestion) => {
    expect(said([weighOn(condition)])).toContain(`units ${at}.all[0].value: ${suggestion}`);
  });

  it.each([
    compare('estimate', 'costUsd', 'greaterThan', 0.01),
    compare('estimate', 'costUsd', 'greaterThan', 0),
    compare('clock', 'epochMs', 'greaterThan', 1_764_000_000_000),
    compare('clock', 'date', 'greaterThanInclusive', '2025-12'),
    compare('clock', 'date', 'in', ['2024-02-29', '2025-12-24']),
  ])('leaves alone %j', (condition) => {
    expect(warned([weighOn(condition)])).toEqual([]);
  });

  it('knows tenants that are not listed', () => {
    const tenant = (operator: string, value: unknown) => weighOn(compare('tenant', 'id', operator, value));
    expect(said([tenant('in', ['acme-lab', 'default'])])).toEqual([
      `matches-no-tenant ${at}.all[0]: did you mean acme-labs?`,
    ]);
    expect(said([tenant('notEqual', 'someone')])).toEqual([`matches-no-tenant ${at}.all[0]: `]);
    expect(said([tenant('equal', 'acme-labs')])).toEqual([]);
  });

  it('knows a price that is per thousand tokens, a latency in seconds, and caps that cap nothing or all', () => {
    const models = [model('acme/odd', { prices: { inputUsdPerMTok: 0.003, outputUsdPerMTok: 4 } })];
    const cheap = compare('model', 'prices.inputUsdPerMTok', 'lessThan', 0.0000025);
    const rules = [
      weighOn(cheap),
      rule('cap', { latencyMs: 5 }, { name: 'a' }),
      rule('cap', { costUsd: 500 }, { name: 'b' }),
      rule('cap', { costUsd: 1e-9 }, { name: 'c' }),
    ];
    expect(warned(rules, { models }).sort()).toEqual([
      'units models[0].prices.inputUsdPerMTok',
      `units ${at}.all[0].value`,
      'units rules[1].event.params.latencyMs',
      'units rules[2].event.params.costUsd',
      'units rules[3].event.params.costUsd',
    ]);
  });

  it('knows patterns and tags of nobody', () => {
    const restrict = rule('restrict', { models: ['acme/*', 'amce/*'], tags: ['cheap', 'chaep'] });
    expect(warned([restrict])).toEqual([
      'matches-no-model rules[0].event.params.models',
      'matches-no-model rules[0].event.params.tags',
    ]);
  });
});

it('finds nothing in the shipped policy', async () => {
  expect(lintPolicy(await policyOf(SHIPPED_RULES))).toEqual([]);
});

it('knows what each member may hold, but for those whose own members are named', () => {
  expect(membersWithoutKind()).toEqual([
    'model.displayName',
    'model.prices',
    'model.unpriced',
    'model.rateLimits',
    'model.tokenCounting',
  ]);
});
