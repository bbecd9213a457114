import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { applyRules } from '../../../src/core/rules/apply.js';
import type { RuleCandidate } from '../../../src/core/rules/facts.js';
import { parseRules } from '../../../src/core/rules/parse-rules.js';
import { parseTenants, tenantFact } from '../../../src/core/rules/parse-tenants.js';
import type { RuleSet } from '../../../src/core/rules/rule-set.js';
import { DECORATORS, EVENT_TYPES, FACT_NAMES, OPERATORS } from '../../../src/core/rules/vocabulary.js';
import { candidates, estimate, facts, KNOWN, MODELS, noSchema, rule } from './fixture.js';

const ROOT = new URL('../../../rules/', import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
const FILES = readdirSync(new URL('rules/', ROOT)).map((file) => ({
  file: `rules/${file}`,
  value: readJson(`rules/${file}`),
}));
const RULES_SCHEMA = readJson('schema/rules.schema.json') as {
  definitions: Record<string, { enum?: string[]; anyOf?: { enum?: string[] }[] }>;
};

function load(): RuleSet {
  const parsed = parseRules(FILES, POLICY_CHECKS.rules, KNOWN);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}
const ruleSet = load();
const STABLE = 'acme/large acme/small borealis/eu';

/** Ids of the models that are kept, and the removals by `rule` alone. */
function run(over: Parameters<typeof facts>[0] = {}, list: readonly RuleCandidate[] = candidates()) {
  const result = applyRules(ruleSet, facts(over), list, { explain: true });
  return {
    kept: result.kept.map((index) => list[index]?.model.id).join(' '),
    by: (id: string) =>
      (result.fired ?? [])
        .filter((entry) => entry.ruleId === id)
        .map((entry) => list[entry.modelIndex ?? -1]?.model.id ?? 'request'),
    weights: result.weights,
    removed: result.removed,
  };
}

describe('the starter set', () => {
  it('keeps stable models for an ordinary request', () => {
    expect(run().kept).toBe(STABLE);
  });

  it('capability: prompt and answer must fit the context window', () => {
    const needs = (totalTokens: number) => run({}, candidates({ 'acme/small': { totalTokens } }));
    expect(needs(8_001).by('capability-context-window')).toEqual(['acme/small']);
    expect(needs(8_000).by('capability-context-window')).toEqual([]);
  });

  it.each(['image', 'audio', 'video', 'pdf'] as const)(
    'capability: %s needs a model that reads it',
    (modality) => {
      const id = `capability-${modality}-input`;
      const readers = MODELS.filter((model) => model.inputModalities.includes(modality)).map(
        (model) => model.id,
      );
      const excluded = run({ profile: { modalities: ['text', modality] } }).by(id);
      expect(excluded).toEqual(MODELS.map((model) => model.id).filter((name) => !readers.includes(name)));
      expect(run().by(id)).toEqual([]);
    },
  );

  it('capability: streaming when asked for', () => {
    const preview = { allow_preview: 'true' };
    expect(run({ request: { streaming: true, attributes: preview } }).kept).toBe(STABLE);
    expect(run({ request: { streaming: true } }).by('capability-streaming')).toEqual(['request']);
    expect(run({ request: { attributes: preview } }).kept).toBe(`${STABLE} borealis/next`);
    expect(run().by('capability-streaming')).toEqual([]);
  });

  it('compliance: EU residency keeps EU models', () => {
    for (const residency of ['eu', 'EU']) {
      expect(run({ request: { attributes: { residency } } }).kept).toBe('acme/large borealis/eu');
    }
    expect(run({ request: { attributes: { residency: 'us' } } }).by('compliance-eu-residency')).toEqual([]);
  });

  it('compliance: a model whose regions are not stated does not qualify', () => {
    const [large] = MODELS;
    if (large === undefined) throw new Error('fixture');
    const { regions: _, ...unstated } = large;
    const list = [{ model: unstated as typeof large, estimate: estimate() }];
    expect(run({ request: { attributes: { residency: 'eu' } } }, list).kept).toBe('');
  });

  it('compliance: confidential data goes to models that are not trained on it', () => {
    expect(run({ request: { attributes: { data_class: 'confidential' } } }).kept).toBe(
      'acme/large borealis/eu',
    );
    expect(run({ request: { attributes: { data_class: 'public' } } }).by('compliance-confidential')).toEqual(
      [],
    );
  });

  it('cost: each tier has its cap, premium none', () => {
    const list = candidates({ 'acme/large': { costUsd: 0.03 }, 'acme/small': { costUsd: 0.01 } });
    expect(run({ tenant: { tier: 'free' } }, list).kept).toBe('borealis/eu');
    expect(run({ tenant: { tier: 'standard' } }, list).kept).toBe('acme/small borealis/eu');
    expect(run({ tenant: { tier: 'premium' } }, list).kept).toBe(STABLE);
    expect(run({ tenant: { tier: 'standard' } }, list).by('cost-cap-standard')).toEqual(['request']);
    expect(run({ tenant: { tier: 'free' } }, list).by('cost-cap-standard')).toEqual([]);
    expect(run({ tenant: { tier: 'free' } }, list).removed[0]).toMatchObject({
      ruleId: 'cost-cap-free',
      event: 'cap',
    });
  });

  it('lifecycle: deprecated models are out, previews need permission', () => {
    expect(run().by('lifecycle-deprecated')).toEqual(['cirrus/old']);
    expect(run().by('lifecycle-preview')).toEqual(['borealis/next']);
    expect(run({ request: { attributes: { allow_preview: 'true' } } }).by('lifecycle-preview')).toEqual([]);
    expect(run({ request: { attributes: { allow_preview: 'yes' } } }).by('lifecycle-preview')).toEqual([
      'borealis/next',
    ]);
  });

  it.each([
    ['Wednesday 20:00', Date.UTC(2025, 0, 15, 19, 0), true],
    ['Wednesday 19:59', Date.UTC(2025, 0, 15, 18, 59), false],
    ['Thursday 05:59', Date.UTC(2025, 0, 16, 4, 59), true],
    ['Thursday 06:00', Date.UTC(2025, 0, 16, 5, 0), false],
    ['Saturday 23:00', Date.UTC(2025, 0, 18, 22, 0), false],
    ['Wednesday 20:00 in summer', Date.UTC(2025, 6, 16, 18, 0), true],
    ['Wednesday 19:00 in summer', Date.UTC(2025, 6, 16, 17, 0), false],
  ])('schedule: batch work at %s in Berlin', (_when, epochMs, fires) => {
    const batch = run({ request: { batch: true }, epochMs });
    expect(batch.weights?.ruleId).toBe(fires ? 'schedule-night-batch' : undefined);
    expect(run({ epochMs }).weights).toBeUndefined();
  });

  it('tenants: a list of allowed models is kept to', () => {
    expect(run({ tenant: { allowedModels: ['acme/small'] } }).kept).toBe('acme/small');
    expect(run().by('tenant-allowed-models')).toEqual([]);
  });

  it('has a test for every rule that it ships', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8');
    const untested = ruleSet.rules
      .map((entry) => entry.id)
      .filter((id) => !source.includes(id) && !/-(image|audio|video|pdf)-/.test(id));
    expect(untested).toEqual([]);
  });
});

describe('the published schemas', () => {
  it('list exactly the words that the parser knows', () => {
    const { fact, operator, event } = RULES_SCHEMA.definitions as Record<
      string,
      { enum?: string[]; anyOf?: { enum?: string[] }[]; properties?: { type: { enum: string[] } } }
    >;
    expect(fact?.enum).toEqual([...FACT_NAMES]);
    expect(operator?.anyOf?.[0]?.enum).toEqual([...OPERATORS]);
    expect(operator?.anyOf?.[1]?.enum).toEqual(
      DECORATORS.flatMap((name) => OPERATORS.map((op) => `${name}:${op}`)),
    );
    expect(event?.properties?.type.enum).toEqual([...EVENT_TYPES]);
  });

  it.each([
    [
      'an unknown operator',
      {
        rules: [
          rule(
            'reject',
            { reason: 'x' },
            { conditions: { all: [{ fact: 'request', path: '$.batch', operator: 'is', value: 1 }] } },
          ),
        ],
      },
    ],
    [
      'an unknown fact',
      {
        rules: [
          rule(
            'reject',
            { reason: 'x' },
            { conditions: { all: [{ fact: 'x', path: '$.batch', operator: 'equal', value: 1 }] } },
          ),
        ],
      },
    ],
    ['params of another event', { rules: [rule('pin', { reason: 'x' })] }],
    ['an empty restrict', { rules: [rule('restrict', {})] }],
    [
      'a script in a path',
      {
        rules: [
          rule(
            'reject',
            { reason: 'x' },
            { conditions: { all: [{ fact: 'request', path: '$..batch', operator: 'equal', value: 1 }] } },
          ),
        ],
      },
    ],
  ])('refuse %s', (_claim, value) => {
    expect(POLICY_CHECKS.rules(value, 'a.json')).not.toEqual([]);
    expect(parseRules([{ file: 'a.json', value }], noSchema, KNOWN).ok).toBe(false);
  });
});

describe('the shipped tenants', () => {
  const shipped = { file: 'tenants.json', value: readJson('tenants.json') };

  it('are valid, and an unlisted tenant is as default', () => {
    const parsed = parseTenants(shipped, POLICY_CHECKS.tenants, KNOWN);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(tenantFact(parsed.value, 'somebody')).toEqual({ id: 'somebody', tier: 'standard', tags: [] });
    expect(tenantFact(parsed.value, 'enterprise').tier).toBe('premium');
  });

  it('name every fault at once', () => {
    const value = {
      tenants: {
        a: { tier: 'premuim', tags: ['x', 'x'] },
        'b c': { tier: 'free' },
        d: { tier: 'free', allowedModels: ['acme/larg'], tgas: [] },
        e: { tier: 'free', allowedModels: [] },
      },
    };
    const parsed = parseTenants({ file: 'tenants.json', value }, noSchema, KNOWN);
    expect(parsed.ok ? [] : parsed.faults.map(({ path, suggestion }) => [path, suggestion])).toEqual([
      ['tenants.a.tags[1]', undefined],
      ['tenants.a.tier', 'did you mean premium?'],
      ["tenants['b c']", undefined],
      ['tenants.d.tgas', 'did you mean tags?'],
      ['tenants.d.allowedModels[0]', 'did you mean acme/large?'],
      ['tenants.e.allowedModels', undefined],
      ['tenants.default', 'unlisted tenants are treated as it says'],
    ]);
  });

  it.each([null, 5, [], {}, { tenants: [] }, { tenants: null }])('refuse %j', (value) => {
    expect(parseTenants({ file: 't', value }, noSchema, KNOWN).ok).toBe(false);
  });
});
