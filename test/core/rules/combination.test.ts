import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALWAYS, candidates, compiled, estimate, facts, keptIds, MODELS, outcome, rule } from './fixture.js';
import { applyRules } from '../../../src/core/rules/apply.js';
import { evaluateCandidate, evaluateRequest } from '../../../src/core/rules/evaluate.js';

const ALL = MODELS.map((model) => model.id);
const onTag = (tag: string) => ({
  all: [{ fact: 'model', path: '$.tags', operator: 'contains', value: tag }],
});
const weigh = (quality: number) => ({ quality, cost: 1, latency: 0 });

describe('events', () => {
  it('no rule keeps every candidate and says nothing else', () => {
    expect(outcome([])).toEqual({ kept: [0, 1, 2, 3, 4], removed: [] });
  });

  it('exclude adds up', () => {
    const result = outcome([
      rule('exclude', { reason: 'one', models: ['acme/large'] }, { name: 'a' }),
      rule('exclude', { reason: 'two', tags: ['cheap'] }, { name: 'b' }),
    ]);
    expect(keptIds(result)).toEqual(['borealis/next', 'cirrus/old']);
    expect(result.removed).toEqual([
      { index: 0, ruleId: 'a', event: 'exclude', reason: 'one' },
      { index: 1, ruleId: 'b', event: 'exclude', reason: 'two' },
      { index: 2, ruleId: 'b', event: 'exclude', reason: 'two' },
    ]);
  });

  it('exclude without narrowing removes the candidate its conditions speak of', () => {
    const result = outcome([rule('exclude', { reason: 'cheap' }, { conditions: onTag('cheap') })]);
    expect(keptIds(result)).toEqual(['acme/large', 'borealis/next', 'cirrus/old']);
  });

  it('restrict takes models, globs or tags, and several intersect', () => {
    expect(keptIds(outcome([rule('restrict', { models: ['acme/*'] })]))).toEqual([
      'acme/large',
      'acme/small',
    ]);
    expect(keptIds(outcome([rule('restrict', { models: ['cirrus/old'], tags: ['cheap'] })]))).toEqual([
      'acme/small',
      'borealis/eu',
      'cirrus/old',
    ]);
    const both = outcome([
      rule('restrict', { models: ['acme/*'] }, { name: 'a' }),
      rule('restrict', { tags: ['cheap'] }, { name: 'b' }),
    ]);
    expect(keptIds(both)).toEqual(['acme/small']);
    expect(both.removed.map(({ index, ruleId }) => [index, ruleId])).toEqual([
      [0, 'b'],
      [2, 'a'],
      [3, 'a'],
      [4, 'a'],
    ]);
  });

  it('require adds up', () => {
    const result = outcome([
      rule('require', { capabilities: ['streaming'] }, { name: 'a' }),
      rule('require', { capabilities: ['tools', 'json_schema'] }, { name: 'b' }),
    ]);
    expect(keptIds(result)).toEqual(['acme/large']);
    expect(result.removed[0]).toEqual({
      index: 1,
      ruleId: 'b',
      event: 'require',
      reason: 'lacks one of tools, json_schema',
    });
  });

  it('cap takes the smallest, for cost and latency apart, and names the rule that set it', () => {
    const estimates = { 'acme/large': { costUsd: 0.015 }, 'acme/small': { latencyMs: 3_000 } };
    const result = outcome(
      [
        rule('cap', { costUsd: 0.02 }, { name: 'a', priority: 9 }),
        rule('cap', { costUsd: 0.01, latencyMs: 5_000 }, { name: 'b' }),
        rule('cap', { latencyMs: 2_000, reason: 'too slow' }, { name: 'c' }),
      ],
      { candidates: candidates(estimates) },
    );
    expect(result.kept).toEqual([2, 3, 4]);
    expect(result.removed).toEqual([
      { index: 0, ruleId: 'b', event: 'cap', reason: 'is expected to need more than 0.01 USD or 5000 ms' },
      { index: 1, ruleId: 'c', event: 'cap', reason: 'too slow' },
    ]);
  });

  it('a cap keeps what costs exactly as much, and removes what has no known cost or latency', () => {
    const estimates = {
      'acme/large': { costUsd: 0.01 },
      'acme/small': { costUsd: 0, priced: false },
      'borealis/eu': { costUsd: Number.NaN },
      'borealis/next': { latencyMs: Number.NaN },
    };
    const result = outcome([rule('cap', { costUsd: 0.01, latencyMs: 10_000 })], {
      candidates: candidates(estimates),
    });
    expect(result.kept).toEqual([0, 4]);
  });

  it('a cap of candidate scope binds only the models it fires on', () => {
    const result = outcome([rule('cap', { costUsd: 0.0001 }, { conditions: onTag('cheap') })]);
    expect(result.kept).toEqual([0, 3, 4]);
  });

  it('weigh goes to the highest priority', () => {
    const result = outcome([
      rule('weigh', weigh(1), { name: 'a' }),
      rule('weigh', weigh(2), { name: 'b', priority: 5 }),
    ]);
    expect(result.weights).toEqual({ quality: 2, cost: 1, latency: 0, ruleId: 'b' });
  });

  it('weigh of one priority goes to the lowest rule id, wherever it stands and whatever its scope', () => {
    const rules = [
      rule('weigh', weigh(2), { name: 'b' }),
      rule('weigh', weigh(1), { name: 'a', conditions: onTag('cheap') }),
    ];
    expect(outcome(rules).weights?.ruleId).toBe('a');
    expect(outcome([...rules].reverse()).weights?.ruleId).toBe('a');
  });

  it('weigh of candidate scope counts only where it fires on a candidate that is kept', () => {
    const cheap = rule('weigh', weigh(1), { name: 'a', conditions: onTag('cheap') });
    const gone = rule('exclude', { reason: 'x', tags: ['cheap'] }, { name: 'b' });
    expect(outcome([cheap]).weights?.ruleId).toBe('a');
    expect(outcome([cheap, gone]).weights).toBeUndefined();
  });

  it('pin leaves its model alone and names its rule on every other', () => {
    const result = outcome([rule('pin', { model: 'acme/small' })]);
    expect(keptIds(result)).toEqual(['acme/small']);
    expect(result.removed.map(({ ruleId, event }) => `${ruleId} ${event}`)).toEqual(Array(4).fill('r pin'));
    expect(result.removed[0]?.reason).toBe('the request is pinned to acme/small');
  });

  it('pin goes to the highest priority, then the lowest rule id', () => {
    const pins = [
      rule('pin', { model: 'acme/small' }, { name: 'c', priority: 2 }),
      rule('pin', { model: 'acme/large' }, { name: 'b', priority: 2 }),
      rule('pin', { model: 'borealis/eu' }, { name: 'a' }),
    ];
    expect(keptIds(outcome(pins))).toEqual(['acme/large']);
  });

  it('a pin to a model that was filtered out leaves no candidate', () => {
    const result = outcome([
      rule('pin', { model: 'acme/small' }, { name: 'p' }),
      rule('exclude', { reason: 'small', models: ['acme/small'] }, { name: 'x' }),
    ]);
    expect(result.kept).toEqual([]);
    expect(result.removed.map(({ index, ruleId }) => [index, ruleId])).toEqual([
      [0, 'p'],
      [1, 'x'],
      [2, 'p'],
      [3, 'p'],
      [4, 'p'],
    ]);
  });

  it('reject refuses the request by the first rule that does', () => {
    const result = outcome([
      rule('reject', { reason: 'later' }, { name: 'b' }),
      rule('reject', { reason: 'first' }, { name: 'a' }),
      rule('exclude', { reason: 'x', tags: ['cheap'] }, { name: 'c' }),
    ]);
    expect(result).toEqual({ rejected: { ruleId: 'a', reason: 'first' }, kept: [], removed: [] });
  });

  it('the first reason is that of the rule with the highest priority', () => {
    const result = outcome([
      rule('exclude', { reason: 'low', models: ['acme/*'] }, { name: 'a' }),
      rule('restrict', { models: ['cirrus/*'], reason: 'high' }, { name: 'b', priority: 3 }),
    ]);
    expect(result.removed[0]).toMatchObject({ ruleId: 'b', reason: 'high' });
  });
});

describe('applyRules', () => {
  const rules = [
    rule('exclude', { reason: 'cheap' }, { name: 'a', priority: 2, conditions: onTag('cheap') }),
    rule('weigh', weigh(1), { name: 'b' }),
    rule('cap', { latencyMs: 100 }, { name: 'c', conditions: { not: onTag('frontier') } }),
  ];

  it('lists what fired only when asked to explain, and decides the same', () => {
    const plain = outcome(rules);
    const { fired, ...explained } = outcome(rules, { options: { explain: true } });
    expect(explained).toEqual(plain);
    expect(fired?.map(({ ruleId, event, modelIndex }) => `${ruleId} ${event} ${modelIndex ?? '-'}`)).toEqual([
      'b weigh -',
      'a exclude 1',
      'c cap 1',
      'a exclude 2',
      'c cap 2',
      'c cap 3',
      'c cap 4',
    ]);
  });

  it('decides the same whether it explains or takes the short way, and accounts for every candidate once', () => {
    const models = fc.subarray(['acme/*', 'acme/small', 'borealis/eu', '*next', 'cirrus/old'], {
      minLength: 1,
    });
    const event = fc.oneof(
      models.map((list) => ['exclude', { reason: 'x', models: list }] as const),
      models.map((list) => ['restrict', { models: list }] as const),
      fc.constantFrom('tools', 'streaming').map((name) => ['require', { capabilities: [name] }] as const),
      fc.constantFrom(500, 900, 5_000).map((latencyMs) => ['cap', { latencyMs }] as const),
      fc.integer({ min: 1, max: 9 }).map((quality) => ['weigh', weigh(quality)] as const),
      fc.constantFrom('acme/small', 'borealis/eu').map((id) => ['pin', { model: id }] as const),
    );
    const conditions = fc.constantFrom(ALWAYS, onTag('cheap'), onTag('frontier'), { not: onTag('cheap') });
    const draft = fc.tuple(event, conditions, fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 5 }), (drafts) => {
        const list = drafts
          .filter(([[type, params], on]) => type !== 'exclude' || on === ALWAYS || !('models' in params))
          .map(([[type, params], on, priority], i) =>
            rule(type, params, { name: `r${9 - i}`, conditions: on, priority }),
          );
        list.push(rule('exclude', { reason: 'frontier' }, { name: 'z', conditions: onTag('frontier') }));
        const { fired, ...explained } = outcome(list, { options: { explain: true } });
        const plain = outcome(list);
        expect(fired).toBeDefined();
        expect(plain).toEqual(explained);
        const all = [...plain.kept, ...plain.removed.map(({ index }) => index)].sort((a, b) => a - b);
        expect(all).toEqual([0, 1, 2, 3, 4]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('lists what fired on the request also where it is refused', () => {
    const result = outcome([rule('reject', { reason: 'no' })], { options: { explain: true } });
    expect(result.fired).toEqual([{ ruleId: 'r', event: 'reject' }]);
  });

  it('keeps nothing of no candidates', () => {
    expect(outcome(rules, { candidates: [] })).toMatchObject({ kept: [], removed: [] });
  });

  it('remembers a named condition for its scope and no longer', () => {
    const ruleSet = compiled({
      conditions: {
        cheap: onTag('cheap'),
        chat: { all: [{ fact: 'request', path: '$.useCase', operator: 'equal', value: 'chat' }] },
      },
      rules: [
        rule(
          'exclude',
          { reason: 'x' },
          { name: 'a', conditions: { all: [{ condition: 'cheap' }, { condition: 'chat' }] } },
        ),
        rule('exclude', { reason: 'y' }, { name: 'b', conditions: { not: { condition: 'cheap' } } }),
      ],
    });
    expect(applyRules(ruleSet, facts(), candidates()).kept).toEqual([1, 2]);
    expect(applyRules(ruleSet, facts({ request: { useCase: 'chat' } }), candidates()).kept).toEqual([]);
  });

  it('offers the request and one candidate apart', () => {
    const ruleSet = compiled({ rules });
    expect(evaluateRequest(ruleSet, facts()).weigh?.id).toBe('b');
    const small = MODELS[1];
    if (small === undefined) throw new Error('fixture');
    const effects = evaluateCandidate(ruleSet, facts(), small, estimate());
    expect(effects.fired.map((fired) => fired.id)).toEqual(['a', 'c']);
    expect(effects.latencyCap?.limit).toBe(100);
  });

  it('changes nothing it was given', () => {
    const given = { facts: Object.freeze(facts()), candidates: Object.freeze(candidates()) };
    expect(keptIds(outcome([], given))).toEqual(ALL);
  });
});
