import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/core/registry/model.js';
import { applyRules } from '../../../src/core/rules/apply.js';
import type { EstimateFact, RequestFacts } from '../../../src/core/rules/facts.js';
import { traceRules } from '../../../src/core/rules/trace-rules.js';
import { visitLeaves, type RuleTrace } from '../../../src/core/rules/trace.js';
import { oddFacts, ruleDocument } from './arbitrary-rules.js';
import { candidates, compiled, facts, rule } from './fixture.js';

const RUNS = Math.min(Number(process.env['SEXTANT_PROPERTY_RUNS'] ?? 300), 2_000);

describe('a trace', () => {
  it('comes to what the compiled rule says, on the request and on each candidate', () => {
    fc.assert(
      fc.property(ruleDocument, oddFacts, fc.array(oddFacts, { maxLength: 3 }), (document, given, others) => {
        const ruleSet = compiled(document);
        const requestFacts = { ...given, epochMs: 1_736_935_200_000 } as unknown as RequestFacts;
        const list = others.map((other) => ({
          model: other['model'] as Model,
          estimate: other['estimate'] as EstimateFact,
        }));
        const held = traceRules(ruleSet, requestFacts, list).traces.filter(
          ({ trace }) => trace.result === true,
        );
        const key = (id: string, modelIndex?: number): string => `${id} ${modelIndex}`;
        const { fired } = applyRules(ruleSet, requestFacts, list, { explain: true });
        expect(held.map(({ rule: { id }, modelIndex }) => key(id, modelIndex)).sort()).toEqual(
          fired!.map(({ ruleId, modelIndex }) => key(ruleId, modelIndex)).sort(),
        );
      }),
      { numRuns: RUNS },
    );
  });

  const onTier = { fact: 'tenant', path: '$.tier', operator: 'equal', value: 'free' };
  const onRegion = { fact: 'model', path: '$.regions', operator: 'contains', value: 'eu' };
  const run = (conditions: object, tier: 'free' | 'premium'): readonly RuleTrace[] =>
    traceRules(
      compiled({ rules: [rule('exclude', { reason: 'no' }, { conditions })] }),
      facts({ tenant: { tier } }),
      candidates(),
    ).traces;
  const leavesOf = ({ trace }: RuleTrace): unknown[] => {
    const leaves: unknown[] = [];
    visitLeaves(trace, ({ factResult, result }) => leaves.push([factResult, result]));
    return leaves;
  };

  it('shows what every leaf saw, also behind one that decided', () => {
    const traces = run({ any: [onTier, onRegion] }, 'free');
    expect(traces.map(leavesOf)).toEqual([
      [
        ['free', true],
        [['us', 'eu'], true],
      ],
      [
        ['free', true],
        [['us'], false],
      ],
      [
        ['free', true],
        [['eu'], true],
      ],
      [
        ['free', true],
        [['us'], false],
      ],
      [
        ['free', true],
        [['us'], false],
      ],
    ]);
  });

  it('asks no candidate where the request part fails, and says that it did not', () => {
    const traces = run({ all: [onRegion, onTier] }, 'premium');
    expect(traces.map(({ modelIndex }) => modelIndex)).toEqual([undefined]);
    expect(leavesOf(traces[0]!)).toEqual([
      [undefined, undefined],
      ['premium', false],
    ]);
  });

  it('traces a named condition once per candidate, however often it is referred to', () => {
    const twice = (name: string): object => ({ all: [{ condition: name }, { not: { condition: name } }] });
    const document = {
      conditions: { a: { all: [onRegion] }, b: twice('a'), c: twice('b'), d: twice('c') },
      rules: [rule('exclude', { reason: 'no' }, { conditions: twice('d') })],
    };
    const { traces } = traceRules(compiled(document), facts(), candidates());
    expect(traces).toHaveLength(5);
    for (const trace of traces) expect(leavesOf(trace)).toHaveLength(1);
    const saw = traces.map((trace) => (leavesOf(trace)[0] as unknown[])[1]);
    expect(saw).toEqual([true, false, true, false, false]);
  });

  it('stops at the limit on nodes, and counts what it did not trace', () => {
    const document = { rules: [rule('exclude', { reason: 'no' }, { conditions: { all: [onRegion] } })] };
    const { traces, omitted } = traceRules(compiled(document), facts(), candidates(), 6);
    expect([traces.length, omitted]).toEqual([2, 3]);
  });
});
