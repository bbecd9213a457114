import { Engine, type RuleProperties } from 'json-rules-engine';
import { describe, expect, it } from 'vitest';
import { traceJson } from '../../../src/core/rules/trace-json.js';
import { traceRules } from '../../../src/core/rules/trace-rules.js';
import { candidates, compiled, facts, rule } from './fixture.js';

const onCase = { fact: 'request', path: '$.useCase', operator: 'equal', value: 'support' };
const onWindow = {
  fact: 'estimate',
  path: '$.totalTokens',
  operator: 'lessThan',
  value: { fact: 'model', path: '$.contextWindowTokens' },
};
const onTeam = { fact: 'request', path: '$.attributes.team', operator: 'equal', value: 'x' };
const onAttribute = { fact: 'request', path: '$.attributes.team', operator: 'notEqual', value: 'x' };

/** The library's own result of a rule, as JSON. */
async function libraryResult(conditions: object, values: Record<string, unknown>): Promise<unknown> {
  const engine = new Engine([{ conditions, event: { type: 'x' } } as RuleProperties], {
    allowUndefinedFacts: true,
  });
  for (const [name, value] of Object.entries(values)) engine.addFact(name, value as object);
  const { results, failureResults } = await engine.run();
  const json = JSON.parse(JSON.stringify([...results, ...failureResults][0])) as { conditions: unknown };
  return json.conditions;
}

describe('a trace as JSON', () => {
  it('has the shape of json-rules-engine, with a result on every node', async () => {
    const conditions = { all: [onCase, { any: [onWindow, onAttribute] }, { not: onTeam }] };
    const ruleSet = compiled({ rules: [rule('exclude', { reason: 'no' }, { conditions })] });
    const [candidate] = candidates();
    const given = facts();
    const traced = traceJson(traceRules(ruleSet, given, [candidate!]).traces[0]!.trace);
    expect(traced).toEqual({
      priority: 1,
      operator: 'all',
      result: true,
      all: [
        { ...onCase, factResult: 'support', result: true },
        {
          priority: 1,
          operator: 'any',
          result: true,
          any: [
            { ...onWindow, factResult: 1_500, valueResult: 100_000, result: true },
            { ...onAttribute, result: true },
          ],
        },
        { priority: 1, operator: 'not', result: true, not: { ...onTeam, result: false } },
      ],
    });
    const library = await libraryResult(conditions, { ...given, ...candidate });
    expect(keysOf(traced)).toEqual(keysOf(library));
  });

  it('keeps the name of a condition beside what it stands for', () => {
    const document = {
      conditions: { ours: { all: [onCase] } },
      rules: [rule('cap', { costUsd: 1 }, { conditions: { condition: 'ours' } })],
    };
    expect(traceJson(traceRules(compiled(document), facts(), []).traces[0]!.trace)).toEqual({
      condition: 'ours',
      priority: 1,
      operator: 'all',
      result: true,
      all: [{ ...onCase, factResult: 'support', result: true }],
    });
  });
});

/** The names of members, level by level. The library gives results to the root and to the leaves that it asked. */
function keysOf(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(keysOf);
  if (typeof node !== 'object' || node === null) return typeof node;
  const isJoined = ['all', 'any', 'not'].some((kind) => kind in node);
  const extra = ['result', 'factResult', 'valueResult', ...(isJoined ? ['operator'] : [])];
  const names = Object.keys(node).filter((key) => !extra.includes(key));
  return Object.fromEntries(names.sort().map((key) => [key, keysOf((node as Record<string, unknown>)[key])]));
}
