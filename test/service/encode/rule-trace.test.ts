import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceRules } from '../../../src/core/rules/trace-rules.js';
import { encodeTraces } from '../../../src/service/encode/rule-trace.js';
import { wireBytes } from '../../../src/service/encode/wire-bytes.js';
import { Value } from '../../../src/gen/google/protobuf/struct.js';
import { ExplainResponse } from '../../../src/gen/sextant/v1/selection.js';
import { candidates, compiled, facts, rule } from '../../core/rules/fixture.js';

const onUseCases = (count: number, length: number): object => ({
  fact: 'request',
  path: '$.useCase',
  operator: 'in',
  value: Array.from({ length: count }, (_, i) => `${i}`.padEnd(length, 'é')),
});
const encoded = (document: object) =>
  encodeTraces(traceRules(compiled(document), facts(), candidates()), [
    { model: 'a' },
    { model: 'b' },
    { model: 'c' },
    { model: 'd' },
    { model: 'e' },
  ] as never);
const sizeOf = (told: ReturnType<typeof encoded>): number =>
  ExplainResponse.encode({ ...ExplainResponse.fromPartial({}), ...told }).finish().length;

describe('traces in an answer', () => {
  it('are all there, in the order of the rules, where they fit', () => {
    const told = encoded({
      rules: [
        rule('cap', { costUsd: 1 }, { name: 'never', priority: 9, conditions: { all: [onUseCases(2, 3)] } }),
        rule('cap', { costUsd: 1 }, { name: 'always' }),
      ],
    });
    expect(told.ruleTraces.map(({ ruleId, fired }) => [ruleId, fired])).toEqual([
      ['never', false],
      ['always', true],
    ]);
    expect(told.ruleTracesOmitted).toBe(0);
  });

  it('stay below what a client takes, those that fired first, whatever names stand for', () => {
    const document = {
      conditions: {
        large: { any: [onUseCases(1_000, 1_000)] },
        some: { all: Array<object>(600).fill({ condition: 'large' }) },
      },
      rules: [
        rule('cap', { costUsd: 1 }, { name: 'huge', priority: 9, conditions: { condition: 'some' } }),
        ...Array.from({ length: 40 }, (_, i) =>
          rule('cap', { costUsd: 1 }, { name: `r${i}`, conditions: { all: [onUseCases(100, 1_000)] } }),
        ),
        rule('cap', { costUsd: 1 }, { name: 'fires' }),
      ],
    };
    const started = performance.now();
    const told = encoded(document);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(told.ruleTraces[0]!.ruleId).toBe('fires');
    expect(told.ruleTraces.length).toBeGreaterThan(10);
    expect(told.ruleTraces.length + told.ruleTracesOmitted).toBe(42);
    expect(sizeOf(told)).toBeLessThan(3 * 1024 * 1024);
  });

  it('are measured at no less than they take', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Value.encode(Value.wrap(value)).finish().length).toBeLessThanOrEqual(wireBytes(value));
      }),
      { numRuns: 300 },
    );
  });
});
