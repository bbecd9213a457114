import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import { BANDIT_POLICIES, type BanditPolicy } from '../../../src/core/bandit/settings.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { deliberate } from '../../../src/core/selection/decide.js';
import type { Policy } from '../../../src/core/selection/policy.js';
import { CONTEXT_LAYOUT, CONTEXT_SIZE } from '../../builders/linear-learning.js';
import { START_MS } from '../../builders/learning.js';
import { modelEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { sumOf } from '../../builders/statistics.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const QUALITY_ONLY = questionOf({ weights: { quality: 1, cost: 0, latency: 0 } });
const MODELS = ['acme/a', 'acme/b', 'acme/c'].map((id) => modelEntry(id));
/** What the request of `questionOf` looks like to a regression: an intercept is enough. */
const CONTEXT = Int8Array.from({ length: CONTEXT_SIZE }, (_, i) => (i === 0 ? 48 : 0));

let policy: Policy;
beforeAll(async () => {
  policy = await smallPolicy({ models: MODELS });
});

/** Outcomes of a quality per arm, in the order of the models. */
type Taught = readonly { readonly value: number; readonly count: number }[];

function stateOf(taught: Taught): LearningState {
  const state = new LearningState(policy.bandit.halfLives, CONTEXT_LAYOUT);
  taught.forEach(({ value, count }, k) => {
    for (let i = 0; i < count; i++) {
      const outcome = qualityOf(state.sequence, {
        tenant: 'acme' as TenantId,
        useCase: 'chat' as UseCase,
        segment: 'medium',
        armId: (k + 1) as ArmId,
        eventTimeMs: START_MS,
        receiveTimeMs: START_MS,
        quality: { value, source: 'test' },
        expectedQualityQ16: Math.round(65_535 * value),
        context: CONTEXT,
      });
      state.fold(outcome, state.sequence);
    }
  });
  return state;
}

/** Propensities in 1/65536 under a policy, in the order of the models. */
function propensities(
  name: BanditPolicy,
  taught: Taught = [],
  changes: Partial<Policy['bandit']> = {},
): number[] {
  const changed: Policy = { ...policy, bandit: { ...policy.bandit, policy: name, ...changes } };
  const snapshot = snapshotOf(changed, stateOf(taught));
  const { candidates } = deliberate(snapshot, QUALITY_ONLY, { nowMs: START_MS, explain: false });
  return candidates.map(({ propensityQ16 }) => propensityQ16);
}

const known = (...values: readonly number[]): Taught => values.map((value) => ({ value, count: 200 }));

describe('every policy', () => {
  it.each(BANDIT_POLICIES)('%s gives propensities that sum to 65536, whatever was learned', (name) => {
    const anyTaught = fc.array(
      fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }), count: fc.nat(20) }),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(anyTaught, fc.double({ min: 0, max: 1, noNaN: true }), (taught, epsilon) => {
        const quantized = propensities(name, taught, { epsilon });
        expect(sumOf(quantized)).toBe(PROPENSITY_ONE);
        expect(quantized.every((p) => Number.isInteger(p) && p >= 0)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe('uniform', () => {
  it('spreads evenly, and what is left over goes to the lower ids', () => {
    expect(propensities('uniform', known(1, 0, 0.5))).toEqual([21_846, 21_845, 21_845]);
  });
});

describe('fixed', () => {
  it('always takes the model that it names', () => {
    expect(propensities('fixed', known(1, 0, 1), { fixedModel: 'acme/b' })).toEqual([0, PROPENSITY_ONE, 0]);
  });
  it('takes the first candidate where its model is none, or it names none', () => {
    expect(propensities('fixed', known(0, 1, 1), { fixedModel: 'acme/gone' })).toEqual([
      PROPENSITY_ONE,
      0,
      0,
    ]);
    expect(propensities('fixed', known(0, 1, 1))).toEqual([PROPENSITY_ONE, 0, 0]);
  });
});

describe('greedy', () => {
  it('takes the highest expected utility', () => {
    expect(propensities('greedy', known(0.7, 0.9, 0.8))).toEqual([0, PROPENSITY_ONE, 0]);
  });
  it('splits exact ties evenly', () => {
    expect(propensities('greedy')).toEqual([21_846, 21_845, 21_845]);
    expect(propensities('greedy', known(0.9, 0.2, 0.9))).toEqual([PROPENSITY_ONE / 2, 0, PROPENSITY_ONE / 2]);
  });
});

describe('epsilon-greedy', () => {
  it('mixes the greedy choice with an even spread', () => {
    const [first, second, third] = propensities('epsilon-greedy', known(0.7, 0.9, 0.8), { epsilon: 0.3 });
    expect(Math.abs(first! - 0.1 * PROPENSITY_ONE)).toBeLessThanOrEqual(1);
    expect(Math.abs(second! - 0.8 * PROPENSITY_ONE)).toBeLessThanOrEqual(1);
    expect(Math.abs(third! - 0.1 * PROPENSITY_ONE)).toBeLessThanOrEqual(1);
  });
  it('is greedy at 0 and uniform at 1', () => {
    const taught = known(0.7, 0.9, 0.8);
    expect(propensities('epsilon-greedy', taught, { epsilon: 0 })).toEqual(propensities('greedy', taught));
    expect(propensities('epsilon-greedy', taught, { epsilon: 1 })).toEqual(propensities('uniform'));
  });
});

describe('ucb', () => {
  it('prefers the uncertain among arms with the same mean', () => {
    // 0.75 is the prior's mean, so that outcomes of 0.75 only make an arm surer.
    const taught = [0.75, 0.75, 0.75].map((value, k) => ({ value, count: k === 1 ? 0 : 100 }));
    expect(propensities('ucb', taught)).toEqual([0, PROPENSITY_ONE, 0]);
  });
  it('is greedy without width, and leaves a bad arm once it is known', () => {
    expect(propensities('ucb', known(0.7, 0.9, 0.8), { ucbWidth: 0 })).toEqual([0, PROPENSITY_ONE, 0]);
    expect(propensities('ucb', known(0.95, 0.2, 0.9))[1]).toBe(0);
  });
});

describe('linear and beta', () => {
  it.each(['linear', 'beta'] as const)(
    '%s prefers what did better, and still tries what is uncertain',
    (name) => {
      const taught = [
        { value: 0.9, count: 30 },
        { value: 0.5, count: 30 },
        { value: 0.8, count: 0 },
      ];
      const [good, bad, unknown] = propensities(name, taught);
      expect(good!).toBeGreaterThan(bad!);
      expect(unknown!).toBeGreaterThan(bad!);
      expect(unknown!).toBeGreaterThan(0.01 * PROPENSITY_ONE);
    },
  );
  it.each(['linear', 'beta'] as const)('%s shares evenly between arms that are believed alike', (name) => {
    for (const p of propensities(name)) expect(Math.abs(p - PROPENSITY_ONE / 3)).toBeLessThanOrEqual(1);
  });
});
