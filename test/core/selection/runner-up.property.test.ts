import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { betaMean } from '../../../src/core/bandit/beta-distribution.js';
import { normalizeWeights } from '../../../src/core/bandit/settings.js';
import type { BudgetInForce } from '../../../src/core/budget/budget-rule.js';
import { deliberate } from '../../../src/core/selection/decide.js';
import { runnerUp } from '../../../src/core/selection/runner-up.js';
import type { ScoredCandidate } from '../../../src/core/selection/score-candidates.js';
import { expectedUtility, type UtilityTerms } from '../../../src/core/selection/utility.js';
import { modelEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';

let template: ScoredCandidate;
let settings: UtilityTerms['settings'];
beforeAll(async () => {
  const policy = await smallPolicy({ models: [modelEntry('acme/a')] });
  settings = policy.bandit;
  template = deliberate(snapshotOf(policy), questionOf(), { nowMs: 0, explain: true }).candidates[0]!;
});

const weight = fc.double({ min: 0.01, max: 1, noNaN: true });
const usd = fc.double({ min: 1e-5, max: 0.1, noNaN: true });
const arm = fc.record({ quality: fc.double({ min: 0, max: 1, noNaN: true }), usd });
const terms = fc.record({
  quality: weight,
  cost: weight,
  latency: weight,
  lambda: fc.double({ min: 0, max: 2, noNaN: true }),
});

/** Where a price of nothing, or a quality of 1, is just enough, rounding decides. */
const ROUNDING = 1e-9;

interface Draft {
  readonly quality: number;
  readonly usd: number;
}

function candidate(id: string, { quality, usd }: Draft, term: UtilityTerms): ScoredCandidate {
  const { belief, cost, model } = template;
  const made = {
    ...template,
    model: { ...model, id: id as typeof model.id },
    belief: { ...belief, quality: { ...belief.quality, mean: quality } },
    cost: { ...cost!, meanNanoUsd: usd * 1e9 },
  };
  return { ...made, expectedUtility: expectedUtility(made, term) };
}

describe('the runner-up', () => {
  it('draws level at the cost and at the quality that are told, and at no other where none is', () => {
    fc.assert(
      fc.property(arm, arm, terms, (first, second, { lambda, ...weights }) => {
        const budget = { averageNanoUsd: 1e7 } as unknown as BudgetInForce;
        const term: UtilityTerms = { weights: normalizeWeights(weights), settings, lambda, budget };
        const drafts = { a: first, b: second };
        const list = [candidate('a', first, term), candidate('b', second, term)];
        const said = runnerUp(list, term)!;
        const [best, other] = list[0]!.model.id === said.best ? list : [list[1]!, list[0]!];
        const draft = drafts[said.model as 'a' | 'b'];
        const utility = (change: Partial<Draft>): number =>
          candidate('x', { ...draft, ...change }, term).expectedUtility;
        expect(said.utilityGap).toBeCloseTo(best!.expectedUtility - other!.expectedUtility, 12);
        expect(said.utilityGap).toBeGreaterThanOrEqual(0);
        if (said.costFactor === undefined) {
          expect(utility({ usd: 0 })).toBeLessThan(best!.expectedUtility + ROUNDING);
        } else {
          expect(said.costFactor).toBeLessThanOrEqual(1 + 1e-9);
          expect(utility({ usd: draft.usd * said.costFactor })).toBeCloseTo(best!.expectedUtility, 9);
        }
        if (said.qualityGain === undefined) {
          expect(utility({ quality: 1 })).toBeLessThan(best!.expectedUtility + ROUNDING);
        } else {
          expect(utility({ quality: draft.quality + said.qualityGain })).toBeCloseTo(
            best!.expectedUtility,
            9,
          );
        }
      }),
    );
  });

  it('is nobody where one candidate is left, and gains nothing by quality where success is all that counts', () => {
    const term: UtilityTerms = { weights: { quality: 0, cost: 1, latency: 0 }, settings, lambda: 0 };
    const [one, two] = [
      candidate('a', { quality: 1, usd: 0.001 }, term),
      candidate('b', { quality: 1, usd: 0.01 }, term),
    ];
    expect(runnerUp([one], term)).toBeUndefined();
    const said = runnerUp([two, one], term)!;
    expect(said).toMatchObject({ best: 'a', model: 'b' });
    expect(said.qualityGain).toBeUndefined();
    expect(said.costFactor).toBeCloseTo(0.1, 12);
    expect(betaMean(one.belief.success)).toBeGreaterThan(0);
  });
});
