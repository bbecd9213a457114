import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateCandidate, evaluateRequest } from '../../../src/core/rules/evaluate.js';
import type { EstimateFact, RequestFacts } from '../../../src/core/rules/facts.js';
import { applyRules } from '../../../src/core/rules/apply.js';
import type { Model } from '../../../src/core/registry/model.js';
import { oddFacts, ruleDocument } from './arbitrary-rules.js';
import { compiled } from './fixture.js';
import { freshEngine, runLibrary, type FactValues, type RuleDocument } from './library.js';

const RUNS = Number(process.env['SEXTANT_PROPERTY_RUNS'] ?? 2_000);
const epochMs = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2027, 0, 1) });

/** The rules that fire, of both scopes. */
function runCompiled(document: RuleDocument, facts: FactValues, at: number) {
  const ruleSet = compiled(document);
  const requestFacts = { ...facts, epochMs: at } as unknown as RequestFacts;
  const model = facts['model'] as Model;
  const estimate = facts['estimate'] as EstimateFact;
  const request = evaluateRequest(ruleSet, requestFacts).fired;
  const candidate = evaluateCandidate(ruleSet, requestFacts, model, estimate).fired;
  return { fired: [...request, ...candidate].map((rule) => rule.id), ruleSet };
}

const byPriority = (document: RuleDocument, fired: readonly string[]) =>
  fired.map((name) => document.rules.find((rule) => rule.name === name)?.priority ?? 1);

describe('compiled rules against json-rules-engine', () => {
  it(`fire the same events on ${RUNS} generated rule sets and facts`, { timeout: 3_600_000 }, async () => {
    let threw = 0;
    let firedCount = 0;
    let ruleCount = 0;
    await fc.assert(
      fc.asyncProperty(ruleDocument, oddFacts, epochMs, async (document, facts, at) => {
        const library = await runLibrary(document, facts, at);
        const { fired, ruleSet } = runCompiled(document, facts, at);
        expect([...fired].sort()).toEqual([...library.fired].sort());
        // Within one priority the library's order depends on how deep its promises nest; across priorities it is fixed.
        const priorities = byPriority(document, library.fired);
        expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
        const ours = ruleSet.rules.map((rule) => rule.priority);
        expect(ours).toEqual([...ours].sort((a, b) => b - a));
        threw += library.threw ? 1 : 0;
        firedCount += fired.length;
        ruleCount += document.rules.length;
      }),
      { numRuns: RUNS },
    );
    // The property is empty unless rules fire and do not fire, and the library mostly runs as it is.
    expect(firedCount / ruleCount).toBeGreaterThan(0.2);
    expect(firedCount / ruleCount).toBeLessThan(0.8);
    expect(threw / RUNS).toBeLessThan(0.5);
  });

  it('fire on each candidate of a list as they do on it alone', () => {
    fc.assert(
      fc.property(
        ruleDocument,
        oddFacts,
        fc.array(oddFacts, { maxLength: 4 }),
        epochMs,
        (document, facts, others, at) => {
          const ruleSet = compiled(document);
          const requestFacts = { ...facts, epochMs: at } as unknown as RequestFacts;
          const list = others.map((other) => ({
            model: other['model'] as Model,
            estimate: other['estimate'] as EstimateFact,
          }));
          const expected = list.flatMap(({ model, estimate }, modelIndex) =>
            evaluateCandidate(ruleSet, requestFacts, model, estimate).fired.map(({ id }) => ({
              ruleId: id,
              event: 'weigh',
              modelIndex,
            })),
          );
          const { fired } = applyRules(ruleSet, requestFacts, list, { explain: true });
          expect(fired?.filter((entry) => entry.modelIndex !== undefined)).toEqual(expected);
        },
      ),
      { numRuns: Math.min(RUNS, 500) },
    );
  });
});

describe('json-rules-engine, where it matters to us', () => {
  const always = { all: [] };
  const cap = { type: 'cap', params: { costUsd: 1 } };
  const run = (conditions: object, facts: FactValues = {}) =>
    runLibrary({ rules: [{ name: 'r', conditions, event: cap }] }, facts, 0);

  it('loses no event of interleaved runs while each has a fresh engine', async () => {
    const document = { rules: ['a', 'b'].map((name) => ({ name, conditions: always, event: cap })) };
    const runs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (let i = 0; i < index % 5; i++) await Promise.resolve();
        return (await runLibrary(document, {}, 0)).fired.length;
      }),
    );
    expect(runs).toEqual(Array(50).fill(2));
  });

  it('loses events of interleaved runs on one engine, without an error', async () => {
    const rules = [3, 2, 1].map((priority) => ({
      name: `p${priority}`,
      priority,
      conditions: always,
      event: cap,
    }));
    const engine = freshEngine({ rules }, { total: false });
    const runs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        for (let i = 0; i < index; i++) await Promise.resolve();
        return (await engine.run()).events.length;
      }),
    );
    expect(runs.some((events) => events < 3)).toBe(true);
  });

  it('takes an empty any for true; we refuse it', async () => {
    expect((await run({ any: [] })).fired).toEqual(['r']);
  });

  it('rejects the whole run where one operator cannot read its right side; there, we say false', async () => {
    const inMissingList = {
      all: [
        { fact: 'model', path: '$.id', operator: 'in', value: { fact: 'tenant', path: '$.allowedModels' } },
      ],
    };
    expect(await run(inMissingList, { model: { id: 'a' }, tenant: {} })).toEqual({ fired: [], threw: true });
  });

  it('takes a fact that is no object whole, whatever the path; so do we', async () => {
    const whole = { all: [{ fact: 'model', path: '$.id', operator: 'equal', value: 'text' }] };
    expect((await run(whole, { model: 'text' })).fired).toEqual(['r']);
  });
});
