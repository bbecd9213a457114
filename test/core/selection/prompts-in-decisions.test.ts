import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaMean } from '../../../src/core/bandit/beta-distribution.js';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { armKey } from '../../../src/core/prompts/prompt-book.js';
import type { VariantId } from '../../../src/core/prompts/prompt-variant.js';
import type { ArmId, ModelId } from '../../../src/core/registry/model.js';
import { deliberate, draw, type Deliberation } from '../../../src/core/selection/decide.js';
import { contextLayoutOf } from '../../../src/core/selection/policy.js';
import type { Question } from '../../../src/core/selection/question.js';
import { retiredByOutcomes, reviewPrompts } from '../../../src/core/selection/review-prompts.js';
import type { DecisionSnapshot } from '../../../src/core/selection/snapshot.js';
import { START_MS } from '../../builders/learning.js';
import {
  modelEntry,
  ofModel,
  ruleEntry,
  smallPolicy,
  snapshotOf,
  type PolicyParts,
} from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { chiSquared, chiSquaredLimit, sumOf } from '../../builders/statistics.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const variant = (id: string, changes: object = {}): object => ({
  id,
  useCase: 'chat',
  model: 'acme/large',
  system: 'Be brief.',
  status: 'active',
  ...changes,
});

const MODELS = [
  modelEntry('acme/large', { family: 'acme' }),
  modelEntry('acme/small', { family: 'acme' }),
  modelEntry('zeta/one'),
];

async function snapshotWith(prompts: readonly object[], parts: PolicyParts = {}): Promise<DecisionSnapshot> {
  const policy = await smallPolicy({ models: MODELS, prompts, ...parts });
  return snapshotOf(policy, new LearningState(policy.bandit.halfLives, contextLayoutOf(policy)));
}

const considered = (
  snapshot: DecisionSnapshot,
  question: Question = questionOf(),
  explain = false,
): Deliberation => deliberate(snapshot, question, { nowMs: START_MS, explain });

const namesOf = ({ candidates }: Deliberation): string[] =>
  candidates.map(({ model, arm }) =>
    arm.prompt === undefined ? model.id : `${model.id} ${arm.prompt.variant.id}`,
  );

const armOf = ({ prompts }: DecisionSnapshot, model: string, id?: string): ArmId =>
  prompts.armIds.get(
    id === undefined ? model : armKey(model as ModelId, { id: id as VariantId, version: 1 }),
  )!;

/** Outcomes of one arm at the context of the usual question. */
function teach(
  snapshot: DecisionSnapshot,
  armId: ArmId,
  qualities: readonly number[],
  useCase = 'chat',
): void {
  const { learning } = snapshot;
  const { context, segment } = considered(snapshot);
  for (const value of qualities) {
    const number = learning.sequence;
    const common: Partial<Outcome> = {
      tenant: 'acme' as TenantId,
      useCase: useCase as UseCase,
      segment,
      armId,
      eventTimeMs: START_MS,
      receiveTimeMs: START_MS,
      ...(context && { context }),
    };
    learning.fold(qualityOf(number, { ...common, quality: { value, source: 'test' } }), number);
    const execution = { status: 'success', latencyMs: 4000, outputTokens: 900, costNanoUsd: 5000 } as const;
    learning.fold(outcomeOf(number, { ...common, execution }), number + 1);
  }
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

const beliefOf = (snapshot: DecisionSnapshot, name: string) => {
  const deliberation = considered(snapshot);
  return deliberation.candidates[namesOf(deliberation).indexOf(name)]!.belief;
};

describe('the arms of a use case', () => {
  it('are active variants by model, family or any, and models alone where there is none', async () => {
    const snapshot = await snapshotWith([
      variant('b'),
      variant('a', { model: undefined, family: 'acme' }),
      variant('draft', { status: 'draft' }),
      variant('old', { status: 'retired', model: 'zeta/one' }),
      variant('elsewhere', { useCase: 'sql', model: undefined }),
    ]);
    const of = (useCase: string) =>
      namesOf(considered(snapshot, questionOf({ useCase: useCase as UseCase })));
    expect(of('chat')).toEqual(['acme/large a', 'acme/large b', 'acme/small a', 'zeta/one']);
    expect(of('sql')).toEqual(['acme/large elsewhere', 'acme/small elsewhere', 'zeta/one elsewhere']);
    expect(of('other')).toEqual(['acme/large', 'acme/small', 'zeta/one']);
  });

  it('of other use cases are decided as without any variant', async () => {
    const other = questionOf({ useCase: 'other' as UseCase });
    const [plain, withVariants] = await Promise.all([snapshotWith([]), snapshotWith([variant('a')])]);
    const odds = (snapshot: DecisionSnapshot) =>
      considered(snapshot, other).candidates.map((c) => c.propensityQ16);
    expect(odds(withVariants)).toEqual(odds(plain));
  });

  it('are all touched by a rule about their model, and named in what it removes', async () => {
    const rules = [
      ruleEntry('no-large', 'exclude', { reason: 'not today' }, { conditions: ofModel('acme/large') }),
    ];
    const snapshot = await snapshotWith([variant('a'), variant('b')], { rules });
    const { removals, firedRules, eligibleArms } = considered(snapshot, questionOf(), true);
    expect(removals.map(({ model, variant: id }) => [model, id])).toEqual([
      ['acme/large', 'a'],
      ['acme/large', 'b'],
    ]);
    expect(firedRules.map(({ modelIndex }) => eligibleArms[modelIndex!]!.variant)).toEqual(['a', 'b']);
    const pin = [ruleEntry('pin', 'pin', { model: 'acme/large', reason: 'large only' })];
    const pinned = await snapshotWith([variant('a'), variant('b')], { rules: pin });
    expect(namesOf(considered(pinned))).toEqual(['acme/large a', 'acme/large b']);
  });

  it('pay for their system text, and have to fit it into the window', async () => {
    const long = variant('long', { system: 'word '.repeat(6_000) });
    const snapshot = await snapshotWith([long, variant('short')], {
      models: [modelEntry('acme/large', { contextWindowTokens: 8_000 })],
    });
    const [a, b] = considered(snapshot).candidates;
    expect(a!.estimate.inputTokens).toBeGreaterThan(6_500);
    expect(b!.estimate.inputTokens).toBeLessThan(1_010);
    expect(a!.cost!.meanNanoUsd).toBeGreaterThan(b!.cost!.meanNanoUsd);
    const input = { ...questionOf().input, inputTokens: 4_000 };
    const { removals, candidates } = considered(snapshot, questionOf({ input }), true);
    expect(candidates).toHaveLength(1);
    expect(removals).toMatchObject([{ variant: 'long', filter: 'context_window' }]);
  });

  it('stand in a chain once per model, with the best variant', async () => {
    const snapshot = await snapshotWith([
      variant('a'),
      variant('b'),
      variant('c', { model: 'acme/small' }),
      variant('d', { model: 'acme/small' }),
    ]);
    teach(snapshot, armOf(snapshot, 'acme/small', 'd'), times(40, 1));
    for (let seed = 0n; seed < 20n; seed++) {
      const { chain } = draw(considered(snapshot), seed, 4);
      expect(chain.map(({ model }) => model.id).sort()).toEqual(['acme/large', 'acme/small', 'zeta/one']);
      const small = chain.findIndex(({ model }) => model.id === 'acme/small');
      if (small > 0) expect(chain[small]!.arm.prompt!.variant.id).toBe('d');
    }
  });
});

describe.each(['linear', 'beta'] as const)('beliefs of variants under %s', (policy) => {
  const bandit = { policy, poolingStrength: 8 };

  it('are as often chosen as is logged (χ², once in 200)', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('b'), variant('c', { model: undefined })], {
      bandit,
    });
    teach(snapshot, armOf(snapshot, 'acme/large', 'a'), [...times(6, 0.8), 0.2]);
    teach(snapshot, armOf(snapshot, 'acme/large', 'b'), [...times(4, 0.9), 0.3]);
    const deliberation = considered(snapshot);
    const { candidates } = deliberation;
    expect(sumOf(candidates.map(({ propensityQ16 }) => propensityQ16))).toBe(PROPENSITY_ONE);
    const counts = new Float64Array(candidates.length);
    for (let seed = 0; seed < 40_000; seed++) {
      const [choice] = draw(deliberation, BigInt(seed) * 0x9e37_79b9n, 0).chain;
      counts[candidates.findIndex(({ arm }) => arm === choice!.arm)]! += 1;
    }
    const logged = candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE);
    expect(chiSquared(counts, logged)).toBeLessThan(chiSquaredLimit(candidates.length - 1));
  });

  it('start from what the model is known to do, and leave it for what they do themselves', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('new')], { bandit });
    const before = beliefOf(snapshot, 'acme/large new');
    teach(snapshot, armOf(snapshot, 'acme/large', 'a'), times(200, 0.2));
    const after = beliefOf(snapshot, 'acme/large new');
    expect(after.quality.mean).toBeLessThan(before.quality.mean - 0.2);
    expect(after.quality.variance).toBeLessThan(before.quality.variance);
    expect(after.latencyMs.mean).toBeGreaterThan(before.latencyMs.mean);
    expect(after.outputTokens.mean).toBeGreaterThan(before.outputTokens.mean * 1.3);
    expect(betaMean(after.success)).toBeGreaterThan(betaMean(before.success));
    expect(after.pulls).toBe(0);
    expect(after.outputTokens.observations).toBe(0);
    teach(snapshot, armOf(snapshot, 'acme/large', 'new'), times(200, 0.9));
    expect(beliefOf(snapshot, 'acme/large new').quality.mean).toBeGreaterThan(0.8);
    expect(beliefOf(snapshot, 'acme/large a').quality.mean).toBeLessThan(0.3);
    // Another model is not moved.
    expect(beliefOf(snapshot, 'zeta/one').quality.mean).toBeCloseTo(0.75, 1);
  });

  it('start from the model alone, and it from them', async () => {
    const snapshot = await snapshotWith([variant('a')], { bandit });
    teach(snapshot, armOf(snapshot, 'acme/large'), times(100, 0.1));
    expect(beliefOf(snapshot, 'acme/large a').quality.mean).toBeLessThan(0.5);
    const retired = await snapshotWith([variant('a', { status: 'retired' })], { bandit });
    teach(retired, armOf(retired, 'acme/large', 'a'), times(100, 0.1));
    expect(beliefOf(retired, 'acme/large').quality.mean).toBeLessThan(0.5);
  });

  it('share their doubt while the model is little known, and hardly where others are well known', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('b')], { bandit });
    const shares = () => ['a', 'b'].map((id) => beliefOf(snapshot, `acme/large ${id}`).modelShare);
    expect(Math.min(...shares())).toBeGreaterThan(0.75);
    expect(beliefOf(snapshot, 'zeta/one').modelShare).toBe(0);
    teach(snapshot, armOf(snapshot, 'acme/large', 'a'), times(500, 0.7));
    const [known, fresh] = shares();
    expect(known).toBeLessThan(0.06);
    expect(Math.sqrt(known! * fresh!)).toBeLessThan(0.2);
  });

  it('are alike while others lend all that they know', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('b')], { bandit });
    const few = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 1 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        teach(snapshot, armOf(snapshot, 'acme/large', 'a'), a);
        teach(snapshot, armOf(snapshot, 'acme/large', 'b'), b);
        const [of, like] = ['acme/large a', 'acme/large b'].map((name) => beliefOf(snapshot, name).quality);
        expect(of!.mean).toBeCloseTo(like!.mean, 9);
        expect(of!.variance).toBeCloseTo(like!.variance, 9);
      }),
      { numRuns: 4 },
    );
  });
});

describe('pooling under beta', () => {
  it('lends exactly n₀ outcomes of the model’s other arms: a = min(1, n₀ / n_rest)', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('b'), variant('new')], {
      bandit: { policy: 'beta' },
    });
    teach(snapshot, armOf(snapshot, 'acme/large', 'a'), times(30, 1));
    teach(snapshot, armOf(snapshot, 'acme/large', 'b'), times(10, 0));
    const { beta } = beliefOf(snapshot, 'acme/large new').quality;
    expect(beta!.alpha).toBeCloseTo(1.5 + 8 * 0.75, 6);
    expect(beta!.beta).toBeCloseTo(0.5 + 8 * 0.25, 6);
  });
});

describe('the review', () => {
  const address = { tenant: 'acme' as TenantId, useCase: 'chat' as UseCase, nowMs: START_MS };
  const rowsOf = (snapshot: DecisionSnapshot) =>
    new Map(reviewPrompts(snapshot, address).map((row) => [`${row.model.id} ${row.variant.id}`, row]));

  it.each(['linear', 'beta'])(
    'promotes the winner and retires the loser under %s, with an expected loss',
    async (policy) => {
      const snapshot = await snapshotWith([variant('a'), variant('b'), variant('c', { status: 'draft' })], {
        bandit: { policy },
      });
      expect(rowsOf(snapshot).get('acme/large a')).toMatchObject({
        observations: 0,
        recommendation: 'keep_exploring',
      });
      teach(snapshot, armOf(snapshot, 'acme/large', 'a'), times(60, 0.9));
      teach(snapshot, armOf(snapshot, 'acme/large', 'b'), times(60, 0.5));
      const rows = rowsOf(snapshot);
      const [a, b, c] = ['a', 'b', 'c'].map((id) => rows.get(`acme/large ${id}`)!);
      expect(a!.recommendation).toBe('promote');
      expect(a!.meanCostNanoUsd).toBeCloseTo(5000, 6);
      expect(a!.expectedLoss).toBeLessThan(0.001);
      expect(b!.recommendation).toBe('retire');
      expect(b!.expectedLoss).toBeCloseTo(a!.mean - b!.mean, 2);
      expect(b!.low).toBeLessThan(b!.mean);
      expect(b!.high).toBeGreaterThan(b!.mean);
      expect(a!.probabilityOfBest + b!.probabilityOfBest).toBeCloseTo(1, 6);
      expect(c).toMatchObject({ recommendation: 'none', probabilityOfBest: 0 });
    },
  );

  it('goes on exploring what is close', async () => {
    const snapshot = await snapshotWith([variant('a'), variant('b')]);
    for (const id of ['a', 'b']) teach(snapshot, armOf(snapshot, 'acme/large', id), times(20, 0.8));
    for (const row of rowsOf(snapshot).values()) expect(row.recommendation).toBe('keep_exploring');
  });

  it('retires by itself only what is good nowhere', async () => {
    const any = { model: undefined, family: 'acme' };
    const snapshot = await snapshotWith([variant('a', any), variant('b', any)], {
      bandit: { policy: 'beta' },
    });
    teach(snapshot, armOf(snapshot, 'acme/large', 'a'), times(60, 0.9));
    teach(snapshot, armOf(snapshot, 'acme/large', 'b'), times(60, 0.3));
    expect([...retiredByOutcomes(reviewPrompts(snapshot, address))]).toEqual(['b']);
    teach(snapshot, armOf(snapshot, 'acme/small', 'b'), times(60, 0.9));
    teach(snapshot, armOf(snapshot, 'acme/small', 'a'), times(60, 0.3));
    expect([...retiredByOutcomes(reviewPrompts(snapshot, address))]).toEqual([]);
  });
});
