import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { deliberate, draw, type Deliberation } from '../../../src/core/selection/decide.js';
import type { Question } from '../../../src/core/selection/question.js';
import type { DecisionSnapshot } from '../../../src/core/selection/snapshot.js';
import { START_MS } from '../../builders/learning.js';
import { modelEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf, questionWithInput } from '../../builders/question.js';
import { chiSquared, chiSquaredLimit, sumOf } from '../../builders/statistics.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const NOW = { nowMs: START_MS, explain: false };
const shareOf = ({ candidates }: Deliberation, model: string): number =>
  (candidates.find(({ model: { id } }) => id === model)?.propensityQ16 ?? 0) / PROPENSITY_ONE;

let snapshot: DecisionSnapshot;
const deliberation = (question: Question = questionOf()): Deliberation => deliberate(snapshot, question, NOW);
beforeAll(async () => {
  snapshot = snapshotOf(await smallPolicy());
});

describe('a deliberation', () => {
  it('gives propensities that sum to 65536, in the order of model ids', () => {
    const { candidates, considered } = deliberation();
    expect(considered).toBe(4);
    expect(sumOf(candidates.map(({ propensityQ16 }) => propensityQ16))).toBe(PROPENSITY_ONE);
    const ids = candidates.map(({ model }) => model.id);
    expect(ids).toEqual(['acme/large', 'acme/small', 'borealis/eu', 'cirrus/free']);
  });

  it('changes nothing: the same again at the same snapshot', () => {
    expect(deliberation()).toEqual(deliberation());
    expect(snapshot.learning.revision).toBe(0);
  });

  it('prefers the cheaper of models that are believed alike, and takes an unknown price for the worst', () => {
    const [large, small, eu] = ['acme/large', 'acme/small', 'borealis/eu'].map((id) =>
      shareOf(deliberation(), id),
    );
    expect(small!).toBeGreaterThan(eu!);
    expect(eu!).toBeGreaterThan(large!);
    expect(shareOf(deliberation(), 'cirrus/free')).toBeLessThan(large!);
  });

  it('takes the request’s weights before the policy’s', () => {
    const quality = deliberation(questionOf({ weights: { quality: 1, cost: 0, latency: 0 } }));
    expect(quality.weights).toEqual({ quality: 1, cost: 0, latency: 0 });
    for (const { propensityQ16 } of quality.candidates)
      expect(propensityQ16 / PROPENSITY_ONE).toBeCloseTo(0.25, 4);
    const cost = deliberation(questionOf({ weights: { quality: 0, cost: 1, latency: 0 } }));
    expect(shareOf(cost, 'acme/small')).toBe(1);
  });

  it('bounds the answer by the caller’s limit, and by the model’s', () => {
    const tokens = (question: Question): number => deliberation(question).candidates[0]!.cost!.outputTokens;
    expect(tokens(questionWithInput({ maxOutputTokens: 10 }))).toBe(10);
    expect(tokens(questionOf())).toBeGreaterThan(250);
  });

  it('halves an estimate of tokens in batch where the model discounts it', async () => {
    const prices = { inputUsdPerMTok: 1, outputUsdPerMTok: 4, batchDiscount: 0.5 };
    const one = snapshotOf(await smallPolicy({ models: [modelEntry('acme/one', { prices })] }));
    const meanOf = (batch: boolean) =>
      deliberate(one, questionOf({ batch }), NOW).candidates[0]!.cost!.meanNanoUsd;
    expect(meanOf(true)).toBeCloseTo(meanOf(false) / 2, 6);
  });
});

describe('a draw', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        const [one, two] = [draw(deliberation(), seed, 4), draw(deliberation(), seed, 4)];
        expect(one.chain.map(({ model }) => model.id)).toEqual(two.chain.map(({ model }) => model.id));
        expect(one.seed).toBe(seed);
      }),
      { numRuns: 30 },
    );
  });

  it('chooses each model as often as is logged (χ² over 20,000 seeds)', () => {
    const considered = deliberation();
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 20_000; seed++) {
      const { id } = draw(considered, BigInt(seed), 0).chain[0]!.model;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const { candidates } = considered;
    const chosen = candidates.map(({ model }) => counts.get(model.id) ?? 0);
    const logged = candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE);
    expect(chiSquared(chosen, logged)).toBeLessThan(chiSquaredLimit(candidates.length - 1));
  });

  it('makes a chain without repeats, of the choice and at most so many fallbacks', () => {
    const considered = deliberation();
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(6), (seed, maxFallbacks) => {
        const ids = draw(considered, seed, maxFallbacks).chain.map(({ model }) => model.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toHaveLength(Math.min(4, 1 + maxFallbacks));
      }),
    );
  });

  it('never chooses a model without support', () => {
    const certain = deliberation(questionOf({ weights: { quality: 0, cost: 1, latency: 0 } }));
    for (let seed = 0n; seed < 500n; seed++)
      expect(draw(certain, seed, 4).chain[0]!.model.id).toBe('acme/small');
  });
});

describe('what was learned', () => {
  const SCOPE = { tenant: 'acme' as TenantId, useCase: 'chat' as UseCase, segment: 'medium' };
  const learned = (armId: number, value: number, count: number): LearningState => {
    const state = new LearningState(snapshot.policy.bandit.halfLives);
    const changes = { ...SCOPE, armId: armId as ArmId, eventTimeMs: START_MS, receiveTimeMs: START_MS };
    for (let i = 0; i < count; i++)
      state.fold(qualityOf(i, { ...changes, quality: { value, source: 'test' } }), i);
    return state;
  };
  const shareAfter = (state: LearningState, question = questionOf()): number =>
    shareOf(deliberate(snapshotOf(snapshot.policy, state), question, NOW), 'borealis/eu');

  it('moves traffic to what did well, and away from what did badly', () => {
    const before = shareAfter(learned(3, 0, 0));
    expect(shareAfter(learned(3, 1, 30))).toBeGreaterThan(before);
    expect(shareAfter(learned(3, 0, 30))).toBeLessThan(before / 4);
  });

  it('teaches neither another tenant nor another use case', () => {
    const state = learned(3, 0, 30);
    const before = shareAfter(learned(3, 0, 0));
    expect(shareAfter(state, questionOf({ tenant: 'other' as TenantId }))).toBe(before);
    expect(shareAfter(state, questionOf({ useCase: 'sql' as UseCase }))).toBe(before);
  });

  it('raises the estimate of an answer’s length and cost with the answers seen', () => {
    const state = new LearningState(snapshot.policy.bandit.halfLives);
    const changes = { ...SCOPE, armId: 3 as ArmId, eventTimeMs: START_MS, receiveTimeMs: START_MS };
    for (let i = 0; i < 200; i++) {
      state.fold(outcomeOf(i, { ...changes, execution: { status: 'success', outputTokens: 2000 } }), i);
    }
    const [before, after] = [snapshot, snapshotOf(snapshot.policy, state)].map(
      (one) => deliberate(one, questionOf(), NOW).candidates[2]!.cost!,
    );
    expect(after!.outputTokens).toBeGreaterThan(1900);
    expect(after!.meanNanoUsd).toBeGreaterThan(before!.meanNanoUsd);
  });
});
