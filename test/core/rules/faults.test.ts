import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/core/rules/parse-rules.js';
import { ALWAYS, faultsOf, KNOWN, noSchema, parse, rule } from './fixture.js';

const leaf = (over: object = {}) => ({
  fact: 'request',
  path: '$.useCase',
  operator: 'equal',
  value: 'a',
  ...over,
});
const withLeaf = (over: object) => ({
  rules: [rule('reject', { reason: 'x' }, { conditions: { all: [leaf(over)] } })],
});
const withEvent = (type: string, params: unknown, conditions: unknown = ALWAYS) => ({
  rules: [rule(type, params, { conditions })],
});
const lines = (value: unknown) =>
  faultsOf(value).map(
    ({ path, reason, suggestion }) =>
      `${path}: ${reason}${suggestion === undefined ? '' : ` (${suggestion})`}`,
  );
const onModel = { all: [{ fact: 'model', path: '$.id', operator: 'equal', value: 'acme/large' }] };

describe('a fault in conditions hides what it would only cause', () => {
  const excluding = (over: object): object => withEvent('exclude', { reason: 'x' }, { all: [over] });
  const onRegions = { fact: 'model', path: '$.regions', operator: 'contains', value: 'eu' };
  it.each<[claim: string, value: object, path: string]>([
    ['a fact', excluding({ ...onRegions, fact: 'modle' }), 'rules[0].conditions.all[0].fact'],
    ['an operator', excluding({ ...onRegions, operator: 'contain' }), 'rules[0].conditions.all[0].operator'],
    ['a path', excluding({ ...onRegions, path: '$.region' }), 'rules[0].conditions.all[0].path'],
    ['a value', excluding({ ...onRegions, value: undefined }), 'rules[0].conditions.all[0].value'],
    ['a name', excluding({ condition: 'nowhere' }), 'rules[0].conditions.all[0].condition'],
    [
      'a fact behind a name',
      {
        conditions: { eu: { all: [{ ...onRegions, fact: 'modle' }] } },
        ...excluding({ condition: 'eu' }),
      },
      'conditions.eu.all[0].fact',
    ],
  ])('%s', (_, value, path) => {
    expect(faultsOf(value).map((fault) => fault.path)).toEqual([path]);
  });
});

describe('faults of conditions', () => {
  const AT = 'rules[0].conditions.all[0]';
  it.each<[claim: string, over: object, line: string]>([
    ['an unknown fact', { fact: 'modle' }, `${AT}.fact: unknown fact "modle" (did you mean model?)`],
    [
      'an unknown member',
      { path: '$.usecase' },
      `${AT}.path: request has no member usecase (did you mean useCase?)`,
    ],
    [
      'a prototype name as a member',
      { path: '$.toString' },
      `${AT}.path: request has no member toString (one of useCase, attributes, batch, streaming, maxOutputTokens)`,
    ],
    [
      'an unknown member of a member',
      { fact: 'model', path: '$.prices.inputUsdPerMtok' },
      `${AT}.path: model.prices has no member inputUsdPerMtok (did you mean inputUsdPerMTok?)`,
    ],
    [
      'a missing path',
      { path: undefined },
      `${AT}.path: is missing: request is an object, so name one of its members (such as $.useCase)`,
    ],
    ['a path to the whole fact', { path: '$' }, `${AT}.path: names no member of request (such as $.useCase)`],
    [
      'an unknown operator',
      { operator: 'equals' },
      `${AT}.operator: unknown operator "equals" (did you mean equal?)`,
    ],
    [
      'an unknown decorator',
      { operator: 'someFacts:equal' },
      `${AT}.operator: unknown decorator "someFacts" (did you mean someFact?)`,
    ],
    [
      'too many decorators',
      { operator: 'not:not:not:not:not:equal' },
      `${AT}.operator: has more than 4 decorators`,
    ],
    ['a missing value', { value: undefined }, `${AT}.value: is missing`],
    [
      'an object as value',
      { value: { a: 1 } },
      `${AT}.value: must be a constant, a list or { "fact": …, "path": … }`,
    ],
    [
      'an object in a list',
      { operator: 'in', value: [{ fact: 'request' }] },
      `${AT}.value[0]: an object in a list never matches`,
    ],
    ['a number that is not finite', { value: Number.NaN }, `${AT}.value: must be a finite number`],
    ['in without a list', { operator: 'in', value: 5 }, `${AT}.value: in needs a list`],
    [
      'someValue without a list',
      { operator: 'someValue:equal', value: 'a' },
      `${AT}.value: someValue needs a list`,
    ],
    [
      'equal to a list',
      { value: ['a'] },
      `${AT}.value: equal never matches a list (compare items with someValue: or everyValue:, or use in)`,
    ],
    [
      'an order without a number',
      { operator: 'lessThan', value: true },
      `${AT}.value: lessThan needs a number`,
    ],
    [
      'params where there are none',
      { params: { a: 1 } },
      `${AT}.params: request takes no params (only clock does: { "timeZone": "Europe/Berlin" })`,
    ],
    ['a priority below 1', { priority: 0 }, `${AT}.priority: must be an integer, 1 or more`],
    ['a field nobody knows', { opertor: 'equal' }, `${AT}.opertor: unknown field (did you mean operator?)`],
    [
      'an unknown level',
      { fact: 'profile', path: '$.level', operator: 'in', value: ['low', 'hihg'] },
      `${AT}.value[1]: unknown word "hihg" (did you mean high?)`,
    ],
    [
      'an order of levels',
      { fact: 'profile', path: '$.level', operator: 'greaterThan', value: 'low' },
      `${AT}.operator: greaterThan compares numbers, and this is one of low, medium, high (use in)`,
    ],
    [
      'an unknown capability on a model',
      { fact: 'model', path: '$.capabilities', operator: 'contains', value: 'tolls' },
      `${AT}.value: unknown word "tolls" (did you mean tools?)`,
    ],
    [
      'an unknown member of a value',
      { value: { fact: 'tenant', path: '$.teir' } },
      `${AT}.value.path: tenant has no member teir (did you mean tier?)`,
    ],
    [
      'an unknown time zone',
      { fact: 'clock', path: '$.hour', params: { timeZone: 'Europe/Berlni' } },
      `${AT}.params.timeZone: unknown time zone (did you mean Europe/Berlin?)`,
    ],
    [
      'a filter in a path',
      { path: '$.attributes[?(@.a)]' },
      `${AT}.path: cannot read it from character 13: only plain member and index access is allowed, such as $.a.b[0]['c']`,
    ],
    ['__proto__ in a path', { path: '$.attributes.__proto__' }, `${AT}.path: __proto__ may not be read`],
  ])('names %s', (_claim, over, line) => {
    expect(lines(withLeaf(over))).toContain(line);
  });

  it('wants a boolean condition at the top', () => {
    expect(lines({ rules: [rule('reject', { reason: 'x' }, { conditions: leaf() })] })).toEqual([
      'rules[0].conditions: must be all, any, not or condition at the top (wrap it: { "all": [ … ] })',
    ]);
  });

  it('refuses two kinds at once, an empty any, and lists that are none', () => {
    const at = (conditions: unknown) => lines({ rules: [rule('reject', { reason: 'x' }, { conditions })] });
    expect(at({ all: [], any: [] })).toEqual(['rules[0].conditions: holds all and any at once (nest them)']);
    expect(at({ any: [] })[0]).toContain('an empty any is ambiguous');
    expect(at({ all: {} })).toEqual(['rules[0].conditions.all: must be a list of conditions']);
    expect(at({ not: [] })).toEqual(['rules[0].conditions.not: must be an object']);
    expect(at(null)).toEqual(['rules[0].conditions: must be an object']);
  });
});

describe('faults of named conditions', () => {
  const refer = (name: string) => ({ all: [{ condition: name }] });
  const onNames = (conditions: object, name = 'night') =>
    lines({ conditions, rules: [rule('reject', { reason: 'x' }, { conditions: refer(name) })] });

  it('names a condition that is missing, and the closest that is not', () => {
    expect(onNames({ night: ALWAYS }, 'nihgt')).toEqual([
      'rules[0].conditions.all[0].condition: no condition is named "nihgt" (did you mean night?)',
    ]);
  });

  it('names a cycle', () => {
    expect(onNames({ night: refer('day'), day: { not: { condition: 'night' } } })).toEqual([
      'conditions.day: refers to itself: night → day → night',
    ]);
    expect(onNames({ night: refer('night') })).toEqual(['conditions.night: refers to itself: night → night']);
  });

  it('does not take prototype names for conditions', () => {
    expect(onNames({ night: ALWAYS }, '__proto__')[0]).toContain('no condition is named "__proto__"');
    expect(onNames({ night: ALWAYS }, 'constructor')[0]).toContain('no condition is named "constructor"');
    const own = JSON.parse('{"__proto__": {"all": []}, "night": {"all": []}}') as object;
    expect(onNames(own)[0]).toContain('conditions.__proto__: must be 1 to');
  });

  it('refuses one name in two files', () => {
    const file = { conditions: { night: ALWAYS }, rules: [] };
    const parsed = parseRules(
      [
        { file: 'a.json', value: file },
        { file: 'b.json', value: file },
      ],
      noSchema,
      KNOWN,
    );
    expect(parsed).toEqual({
      ok: false,
      faults: [
        { file: 'b.json', path: 'conditions.night', reason: 'a condition named night exists already' },
      ],
    });
  });

  it('lets one file use a condition of another', () => {
    const files = [
      { file: 'a.json', value: { rules: [rule('reject', { reason: 'x' }, { conditions: refer('night') })] } },
      { file: 'b.json', value: { conditions: { night: ALWAYS }, rules: [] } },
    ];
    expect(parseRules(files, noSchema, KNOWN).ok).toBe(true);
  });
});

describe('faults of events', () => {
  const AT = 'rules[0].event';
  it.each<[claim: string, type: string, params: unknown, line: string]>([
    ['an unknown event', 'exlude', {}, `${AT}.type: unknown event "exlude" (did you mean exclude?)`],
    [
      'a prototype name as event',
      'constructor',
      {},
      `${AT}.type: unknown event "constructor" (one of exclude, restrict, require, cap, weigh, pin, reject)`,
    ],
    ['missing params', 'reject', undefined, `${AT}.params: is missing (reject needs reason)`],
    [
      'missing params of a cap',
      'cap',
      undefined,
      `${AT}.params: is missing (cap needs costUsd or latencyMs)`,
    ],
    ['params that are none', 'cap', 7, `${AT}.params: must be an object`],
    ['a missing reason', 'reject', {}, `${AT}.params.reason: is missing`],
    [
      'an unknown param',
      'cap',
      { costUSD: 1 },
      `${AT}.params.costUSD: unknown field (did you mean costUsd?)`,
    ],
    [
      'an unknown model in pin',
      'pin',
      { model: 'acme/larg' },
      `${AT}.params.model: unknown model "acme/larg" (did you mean acme/large?)`,
    ],
    [
      'an alias in pin',
      'pin',
      { model: 'acme/best' },
      `${AT}.params.model: unknown model "acme/best" (acme/best is an alias of acme/large: write that)`,
    ],
    [
      'a glob in pin',
      'pin',
      { model: 'acme/*' },
      `${AT}.params.model: unknown model "acme/*" (pin names exactly one model)`,
    ],
    [
      'an unknown model in restrict',
      'restrict',
      { models: ['acme/*', 'acme/smal'] },
      `${AT}.params.models[1]: unknown model "acme/smal" (did you mean acme/small?)`,
    ],
    [
      'an unknown model in exclude',
      'exclude',
      { reason: 'x', models: ['nobody/nothing-at-all'] },
      `${AT}.params.models[0]: unknown model "nobody/nothing-at-all" (one of acme/large, acme/small, borealis/eu, borealis/next, cirrus/old)`,
    ],
    [
      'too many stars',
      'restrict',
      { models: ['*a*b*c*d*'] },
      `${AT}.params.models[0]: a pattern has at most 128 characters and 4 stars`,
    ],
    ['a restrict to nothing', 'restrict', {}, `${AT}.params: needs models or tags`],
    ['an empty list', 'restrict', { tags: [] }, `${AT}.params.tags: must be a list of 1 to 1000 texts`],
    ['a repeated tag', 'restrict', { tags: ['a', 'a'] }, `${AT}.params.tags[1]: a is listed twice`],
    [
      'an unknown capability',
      'require',
      { capabilities: ['tool'] },
      `${AT}.params.capabilities[0]: unknown capability "tool" (did you mean tools?)`,
    ],
    ['a cap of nothing', 'cap', {}, `${AT}.params: needs costUsd or latencyMs`],
    ['a negative cap', 'cap', { costUsd: -1 }, `${AT}.params.costUsd: must be a finite number, 0 or more`],
    [
      'weights that are all 0',
      'weigh',
      { quality: 0, cost: 0, latency: 0 },
      `${AT}.params: all weights are 0: nothing would be preferred`,
    ],
    ['a missing weight', 'weigh', { quality: 1, cost: 0 }, `${AT}.params.latency: is missing`],
    [
      'an infinite weight',
      'weigh',
      { quality: Infinity, cost: 0, latency: 0 },
      `${AT}.params.quality: must be a finite number, 0 or more`,
    ],
  ])('names %s', (_claim, type, params, line) => {
    expect(lines(withEvent(type, params))).toContain(line);
  });

  it('refuses reject where the conditions read a candidate, also through a value or a name', () => {
    const reason =
      'rules[0].event: reject is about the request, but the conditions read model or estimate (use exclude)';
    expect(lines(withEvent('reject', { reason: 'x' }, onModel))).toEqual([reason]);
    const byValue = { all: [leaf({ value: { fact: 'model', path: '$.id' } })] };
    expect(lines(withEvent('reject', { reason: 'x' }, byValue))).toEqual([reason]);
    const byName = {
      conditions: { m: onModel, n: { not: { condition: 'm' } } },
      ...withEvent('reject', { reason: 'x' }, { condition: 'n' }),
    };
    expect(lines(byName)).toEqual([reason]);
  });

  it('refuses an exclude of every model, and one that is narrowed twice', () => {
    expect(lines(withEvent('exclude', { reason: 'x' }))[0]).toContain('would exclude every model');
    expect(lines(withEvent('exclude', { reason: 'x', tags: ['a'] }, onModel))[0]).toContain(
      'narrow a rule on the request only',
    );
  });
});

describe('faults of files', () => {
  it('lists every fault of every file at once, with file and path', () => {
    const parsed = parseRules(
      [
        { file: 'a.json', value: { rules: [rule('pin', { model: 'x/y' }, { name: 'twin' }), 7] } },
        {
          file: 'b.json',
          value: {
            ruels: [],
            conditions: [],
            rules: [rule('reject', { reason: '' }, { name: 'twin', priority: 1.5 })],
          },
        },
        { file: 'c.json', value: [] },
      ],
      noSchema,
      KNOWN,
    );
    expect(parsed.ok ? [] : parsed.faults.map(({ file, path }) => `${file} ${path}`)).toEqual([
      'a.json rules[0].event.params.model',
      'a.json rules[1]',
      'b.json ruels',
      'b.json conditions',
      'b.json rules[0].name',
      'b.json rules[0].priority',
      'b.json rules[0].event.params.reason',
      'c.json $',
    ]);
    expect(parsed.ok ? '' : parsed.faults[4]?.reason).toBe('another rule is named twin: a.json rules[0]');
  });

  it("adds the schema's faults for files in which nothing else was found", () => {
    const check = (_value: unknown, file: string) => [{ file, path: 'x', reason: 'schema' }];
    const good = { file: 'a.json', value: { rules: [] } };
    expect(parseRules([good], check, KNOWN)).toEqual({
      ok: false,
      faults: [{ file: 'a.json', path: 'x', reason: 'schema' }],
    });
    const parsed = parseRules([good, { file: 'b.json', value: 1 }], check, KNOWN);
    expect(parsed.ok ? [] : parsed.faults.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'b.json must be an object',
      'a.json schema',
    ]);
  });

  it.each([undefined, null, 0, 'x', [], {}, { rules: {} }, { rules: [null] }, { rules: [{}] }])(
    'refuses %j',
    (value) => {
      expect(parse(value).ok).toBe(false);
    },
  );

  it('takes no files for no rules', () => {
    expect(parseRules([], noSchema, KNOWN)).toMatchObject({ ok: true, value: { rules: [] } });
  });
});
