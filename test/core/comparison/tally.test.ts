import { describe, expect, it } from 'vitest';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import { compareAnswers } from '../../../src/core/comparison/compare-answers.js';
import type { Confrontation } from '../../../src/core/comparison/confront.js';
import type { PolicyAnswer } from '../../../src/core/comparison/policy-answer.js';
import { ComparisonTally, totalOf, type TallySettings } from '../../../src/core/comparison/tally.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';

const answer = (share: number): PolicyAnswer => ({
  candidates:
    share < 0
      ? []
      : [
          { arm: 'a', propensityQ16: share * PROPENSITY_ONE, quality: 1, costNanoUsd: 100 },
          { arm: 'b', propensityQ16: (1 - share) * PROPENSITY_ONE, quality: 0, costNanoUsd: 20 },
        ],
  weights: { quality: 1, cost: 0, latency: 0 },
});

/** A request that goes to `a` with these probabilities; below zero it is refused. */
function confrontation(before: number, after: number): Confrontation {
  const answers = { before: answer(before), after: answer(after) };
  const comparison = compareAnswers(answers.before, answers.after);
  const losses = comparison.gone.length === 0 ? [] : [{ cause: 'rule r', arms: comparison.gone.length }];
  return { ...comparison, ...answers, losses };
}

const request = (useCase: string, timeMs = 0) => ({
  timeMs,
  tenant: 'acme' as TenantId,
  useCase: useCase as UseCase,
});

const tallyOf = (settings: Partial<TallySettings> = {}): ComparisonTally =>
  new ComparisonTally({ keep: 'greatest', disagreements: 2, ...settings });

describe('a tally', () => {
  it('sums by tenant and use case, and over all', () => {
    const tally = tallyOf();
    tally.add(request('chat'), confrontation(1, 0.5));
    tally.add(request('chat'), confrontation(0.5, 0.5));
    tally.add(request('sql'), confrontation(1, -1));
    const { rows, moves, losses } = tally.report();
    expect(rows.map(({ useCase, requests, changedShare }) => [useCase, requests, changedShare])).toEqual([
      ['chat', 2, 0.5],
      ['sql', 1, 1],
    ]);
    expect(moves).toEqual([{ from: 'a', to: 'b', share: 0.5 }]);
    expect(losses).toEqual([{ cause: 'rule r', requests: 1, arms: 2 }]);
    expect(totalOf(rows)).toMatchObject({
      requests: 3,
      differences: { refused: 1, admitted: 0, candidates: 0, shares: 1, none: 1 },
      answered: 2,
      qualityBefore: 1.5,
      qualityAfter: 1,
      priced: 2,
      costNanoUsdBefore: 160,
      costNanoUsdAfter: 120,
    });
  });

  it('keeps the greatest disagreements, or the latest', () => {
    const of = (settings: Partial<TallySettings>): number[] => {
      const tally = tallyOf(settings);
      for (const [timeMs, after] of [0.5, 0, 1, 0.75].entries())
        tally.add(request('chat', timeMs), confrontation(1, after));
      return tally.report().disagreements.map(({ timeMs }) => timeMs);
    };
    expect(of({ keep: 'greatest' })).toEqual([1, 0]);
    expect(of({ keep: 'latest' })).toEqual([3, 1]);
  });
});
