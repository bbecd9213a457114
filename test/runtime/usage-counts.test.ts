import { describe, expect, it } from 'vitest';
import type { UseCase } from '../../src/core/ids.js';
import type { ArmId } from '../../src/core/registry/model.js';
import { UsageCounts } from '../../src/runtime/usage-counts.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

const modelOf = (armId: ArmId): string | undefined => (armId === 99 ? undefined : `acme/${armId}`);
const arm = (number: number): ArmId => number as ArmId;
const useCase = (name: string): UseCase => name as UseCase;

describe('counts of usage', () => {
  it('add up decisions and outcomes by use case and model', () => {
    const usage = new UsageCounts(modelOf);
    usage.decided(useCase('chat'), arm(7));
    usage.decided(useCase('chat'), arm(7));
    usage.recorded(outcomeOf(1, { useCase: useCase('chat') }));
    usage.recorded(outcomeOf(2, { useCase: useCase('chat'), execution: { status: 'timeout' } }));
    usage.recorded(qualityOf(1, { useCase: useCase('chat') }));
    const [counter, ...others] = usage.all();
    expect(others).toEqual([]);
    expect(counter).toMatchObject({
      useCase: 'chat',
      model: 'acme/7',
      decisions: 2,
      qualities: 1,
      qualitySum: 0.75,
    });
    expect(counter).toMatchObject({ costNanoUsd: 4_125_000, inputTokens: 1_200, outputTokens: 300.25 });
    expect([...counter!.calls]).toEqual([
      ['success', 1],
      ['timeout', 1],
    ]);
  });

  it('count refused decisions by code, those that alerts ask for from zero on', () => {
    const usage = new UsageCounts(modelOf);
    expect(usage.refusals.get('MODELS_UNAVAILABLE')).toBe(0);
    usage.refused('RATE_LIMITED', 10);
    usage.refused('INVALID_FIELD', 1);
    usage.refused('INVALID_FIELD', 1);
    expect([usage.refusals.get('RATE_LIMITED'), usage.refusals.get('INVALID_FIELD')]).toEqual([10, 2]);
  });

  it('have a bound: what comes later is counted together, and nothing is lost', () => {
    const usage = new UsageCounts(modelOf, { useCases: 2, models: 3 });
    for (let i = 0; i < 20; i++)
      for (let number = 0; number < 6; number++) usage.decided(useCase(`u${i}`), arm(number));
    const all = [...usage.all()];
    expect(new Set(all.map((counter) => counter.useCase))).toEqual(new Set(['u0', 'u1', '_other']));
    expect(new Set(all.map(({ model }) => model))).toEqual(new Set(['acme/0', 'acme/1', 'acme/2', '_other']));
    expect(all.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(120);
    expect(all.length).toBe(12);
  });

  it('count an arm whose model is gone with the others', () => {
    const usage = new UsageCounts(modelOf);
    usage.decided(useCase('chat'), arm(99));
    expect([...usage.all()]).toMatchObject([{ model: '_other', decisions: 1 }]);
  });
});
