import { describe, expect, it } from 'vitest';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import { LAMBDA_STEP } from '../../../src/core/budget/budget-ledger.js';
import type { TenantId } from '../../../src/core/ids.js';
import { deliberate, draw } from '../../../src/core/selection/decide.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { START_MS } from '../../builders/learning.js';
import { modelEntry, ofModel, ofUseCase, ruleEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import type { PolicyParts } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

async function deliberation(parts: PolicyParts, question = questionOf(), explain = true) {
  return deliberate(snapshotOf(await smallPolicy(parts)), question, { nowMs: START_MS, explain });
}
const ids = (found: { candidates: readonly { model: { id: string } }[] }) =>
  found.candidates.map(({ model }) => model.id);

describe('rules', () => {
  it('remove models, and the explanation names the rule and its reason', async () => {
    const rules = [
      ruleEntry('no-large', 'exclude', { reason: 'is too large' }, { conditions: ofModel('acme/large') }),
    ];
    const found = await deliberation({ rules });
    expect(ids(found)).not.toContain('acme/large');
    expect(found.removals).toEqual([
      { model: 'acme/large', filter: 'rule', ruleId: 'no-large', reason: 'is too large' },
    ]);
    expect(found.considered).toBe(4);
  });

  it('leave no reasons behind where nobody asked for them', async () => {
    const rules = [ruleEntry('no-large', 'exclude', { reason: 'no' }, { conditions: ofModel('acme/large') })];
    const [asked, unasked] = await Promise.all([
      deliberation({ rules }),
      deliberation({ rules }, questionOf(), false),
    ]);
    expect(unasked).toMatchObject({ removals: [], firedRules: [], eligibleArms: [] });
    expect(unasked.candidates).toEqual(asked.candidates);
    expect(asked.firedRules.map(({ ruleId }) => ruleId)).toEqual(['no-large']);
  });

  it('pin one model, with certainty', async () => {
    const found = await deliberation({
      rules: [ruleEntry('pin', 'pin', { model: 'acme/large', reason: 'contract' })],
    });
    expect(found.candidates).toMatchObject([{ model: { id: 'acme/large' }, propensityQ16: PROPENSITY_ONE }]);
    expect(found.removals.every(({ ruleId }) => ruleId === 'pin')).toBe(true);
    expect(draw(found, 1n, 4).chain).toHaveLength(1);
  });

  it('leave no candidate when the pinned model was filtered out', async () => {
    const models = [modelEntry('acme/one', { status: 'draining' }), modelEntry('acme/two')];
    const rules = [ruleEntry('pin', 'pin', { model: 'acme/one', reason: 'contract' })];
    const found = await deliberation({ models, rules });
    expect(found.candidates).toEqual([]);
    expect(found.rejection).toBeUndefined();
    expect(found.removals.map(({ model, filter }) => [model, filter])).toEqual([
      ['acme/one', 'status'],
      ['acme/two', 'rule'],
    ]);
  });

  it('reject a request as a whole, and not another one', async () => {
    const rules = [ruleEntry('stop', 'reject', { reason: 'not here' }, { conditions: ofUseCase('chat') })];
    const found = await deliberation({ rules });
    expect(found).toMatchObject({ rejection: { ruleId: 'stop', reason: 'not here' }, candidates: [] });
    expect((await deliberation({ rules }, questionOf({ useCase: 'sql' as never }))).candidates).toHaveLength(
      4,
    );
  });

  it('weigh before the request does, and say so', async () => {
    const rules = [ruleEntry('thrift', 'weigh', { quality: 0, cost: 3, latency: 1 })];
    const found = await deliberation({ rules }, questionOf({ weights: { quality: 1, cost: 0, latency: 0 } }));
    expect(found).toMatchObject({
      weights: { quality: 0, cost: 0.75, latency: 0.25 },
      weightsRuleId: 'thrift',
    });
  });

  it('cannot draw from nothing', async () => {
    const found = await deliberation({ models: [modelEntry('acme/one', { status: 'disabled' })] });
    expect(found.candidates).toEqual([]);
    expect(() => draw(found, 1n, 2)).toThrow(RangeError);
  });
});

describe('a budget', () => {
  const budgets = [{ id: 'team', tenant: 'acme', averageUsdPerRequest: 0.001 }];

  it('removes a model without a known price, and only under a budget', async () => {
    const found = await deliberation({ budgets });
    expect(found.removals).toMatchObject([{ model: 'cirrus/free', filter: 'unpriced' }]);
    expect(found.budget).toEqual({ accountId: 'team', averageNanoUsd: 1_000_000 });
    const other = await deliberation({ budgets }, questionOf({ tenant: 'other' as TenantId }));
    expect(ids(other)).toContain('cirrus/free');
    expect(other).not.toHaveProperty('budget');
  });

  it('moves the choice to cheaper models as λ rises, and λ is in the deliberation', async () => {
    const policy = await smallPolicy({ budgets });
    const state = new LearningState(policy.bandit.halfLives);
    const shares: number[] = [];
    const lambdas: number[] = [];
    for (let i = 0; i < 200; i++) {
      if (i % 50 === 0) {
        const found = deliberate(snapshotOf(policy, state), questionOf(), {
          nowMs: START_MS,
          explain: false,
        });
        shares.push(found.candidates.find(({ model }) => model.id === 'acme/small')!.propensityQ16);
        lambdas.push(found.lambda);
      }
      const execution = { status: 'success' as const, costNanoUsd: 4_000_000 };
      const eventTimeMs = START_MS - 1_000_000 + i * 1000;
      const budget = { id: 'team', averageNanoUsd: 1_000_000 };
      state.fold(outcomeOf(i, { tenant: 'other' as TenantId, execution, eventTimeMs, budget }), i);
    }
    const steps = [0, 50, 100, 150].map((i) => expect.closeTo(3 * i * LAMBDA_STEP, 9) as number);
    expect(lambdas).toEqual(steps);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)!).toBeGreaterThan(shares[0]! * 1.3);
  });
});
