import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateCandidate, evaluateRequest } from '../../../src/core/rules/evaluate.js';
import { not, Reasoner } from '../../../src/core/lint/satisfiable.js';
import type { RequestFacts } from '../../../src/core/rules/facts.js';
import { compiled, estimate, facts, MODELS, rule } from '../rules/fixture.js';

/** Looking through the minutes of a week takes its time; `make nightly` runs more. */
const RUNS = Math.min(Number(process.env['SEXTANT_PROPERTY_RUNS'] ?? 300), 10_000);

const number = fc.constantFrom(0, 0.3, 0.5, 1, 2, 8, 12, 20, 23);
const order = fc.constantFrom(
  'lessThan',
  'lessThanInclusive',
  'greaterThan',
  'greaterThanInclusive',
  'equal',
  'notEqual',
  'not:equal',
);
const of = (fact: string, path: string, operator: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
  fc.record({ fact: fc.constant(fact), path: fc.constant(`$.${path}`), operator, value });
const sets = fc.constantFrom('in', 'notIn', 'not:in');
const word = fc.constantFrom('a', 'b', '1.2.0', '1.3.0-rc.1');

const comparison = fc.oneof(
  of('profile', 'complexity', order, number),
  of('profile', 'inputTokens', order, number),
  of('request', 'maxOutputTokens', order, number),
  of('clock', 'hour', order, number),
  of(
    'clock',
    'dayTime',
    fc.constantFrom('within', 'not:within'),
    fc.constantFrom('Mon-Fri 20:00-06:00', 'Sat,Sun', '08:00-12:00'),
  ),
  of('clock', 'isWeekday', fc.constantFrom('equal', 'notEqual'), fc.boolean()),
  of('request', 'batch', fc.constantFrom('equal', 'notEqual'), fc.boolean()),
  of('tenant', 'tier', sets, fc.subarray(['free', 'standard', 'premium'])),
  of('request', 'useCase', sets, fc.subarray(['a', 'b', 'c'])),
  of('request', 'useCase', fc.constantFrom('matches', 'not:matches'), fc.constantFrom('a*', '*b', 'a')),
  of(
    'request',
    'attributes.k',
    fc.constantFrom('equal', 'notEqual', 'semverLessThan', 'not:semverGreaterThan'),
    word.filter((w) => w.includes('.')),
  ),
  of(
    'request',
    'attributes.k',
    fc.constantFrom('matches', 'not:matches'),
    fc.constantFrom('1.*', '*.0', '*-rc*'),
  ),
  of('tenant', 'tags', fc.constantFrom('contains', 'not:contains', 'doesNotContain'), word),
  of('tenant', 'tags', fc.constantFrom('someFact:equal', 'everyFact:equal', 'not:everyFact:notEqual'), word),
  of(
    'tenant',
    'allowedModels',
    fc.constantFrom('contains', 'doesNotContain', 'intersects'),
    fc.constant('acme/large'),
  ).map((c) => (c.operator === 'intersects' ? { ...c, value: ['acme/large'] } : c)),
  of('model', 'provider', sets, fc.subarray(['acme', 'borealis'])),
  of('model', 'tags', fc.constantFrom('contains', 'not:contains'), fc.constantFrom('cheap', 'frontier')),
  of('estimate', 'costUsd', order, number),
);
const condition: fc.Arbitrary<object> = fc.letrec<{ node: object }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison as fc.Arbitrary<object>,
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('node').map((not) => ({ not })),
  ),
})).node;

const typedFacts: fc.Arbitrary<RequestFacts> = fc
  .record({
    complexity: fc.double({ min: 0, max: 1, noNaN: true }),
    inputTokens: fc.oneof(fc.nat(30), fc.nat()),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    batch: fc.boolean(),
    tier: fc.constantFrom('free' as const, 'standard' as const, 'premium' as const),
    useCase: fc.constantFrom('a', 'b', 'c', 'ab', 'z'),
    attributes: fc.dictionary(
      fc.constant('k'),
      fc.constantFrom('a', '1.2.0', '1.3.0', '0.1.0', '1.3.0-rc.1', ''),
    ),
    tags: fc.subarray(['a', 'b', '1.2.0', 'other']),
    allowedModels: fc.option(fc.subarray(['acme/large', 'acme/small']), { nil: undefined }),
    epochMs: fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2025, 11, 31) }),
  })
  .map(
    ({
      complexity,
      inputTokens,
      maxOutputTokens,
      batch,
      tier,
      useCase,
      attributes,
      tags,
      allowedModels,
      epochMs,
    }) =>
      facts({
        profile: { complexity, inputTokens },
        request: {
          useCase,
          attributes,
          batch,
          ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
        },
        tenant: { tier, tags, ...(allowedModels === undefined ? {} : { allowedModels }) },
        epochMs,
      }),
  );

describe('what is said of conditions', () => {
  it(
    'is true of every request: what can never hold holds for none, what always holds for all',
    { timeout: 600_000 },
    () => {
      let said = 0;
      fc.assert(
        fc.property(
          condition,
          fc.array(typedFacts, { minLength: 5, maxLength: 10 }),
          number,
          (body, requests, costUsd) => {
            const ruleSet = compiled({
              rules: [rule('weigh', { quality: 1, cost: 0, latency: 0 }, { conditions: { all: [body] } })],
            });
            const { condition: root } = ruleSet.rules[0]!;
            const never = new Reasoner(ruleSet.conditions).contradictionIn(root) !== undefined;
            const always = new Reasoner(ruleSet.conditions).contradictionIn(not(root)) !== undefined;
            if (!never && !always) return;
            said += 1;
            for (const request of requests) {
              for (const model of MODELS) {
                const fired = [
                  ...evaluateRequest(ruleSet, request).fired,
                  ...evaluateCandidate(ruleSet, request, model, estimate({ costUsd })).fired,
                ];
                expect(fired).toHaveLength(always ? 1 : 0);
              }
            }
          },
        ),
        { numRuns: RUNS },
      );
      expect(said).toBeGreaterThan(RUNS / 60);
    },
  );
});
