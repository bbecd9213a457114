import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPENSITY_ONE, quantizePropensities } from '../../../src/core/bandit/propensity.js';
import { compareAnswers } from '../../../src/core/comparison/compare-answers.js';
import { expectationOf, likeliest, type PolicyAnswer } from '../../../src/core/comparison/policy-answer.js';
import { sumOf } from '../../builders/statistics.js';

const WEIGHTS = { quality: 0.75, cost: 0.2, latency: 0.05 };

/** An answer by shares of arms. */
function answer(shares: Readonly<Record<string, number>>, weights = WEIGHTS): PolicyAnswer {
  const candidates = Object.entries(shares).map(([arm, share]) => ({
    arm,
    propensityQ16: Math.round(share * PROPENSITY_ONE),
    quality: arm === 'a' ? 0.9 : 0.5,
    ...(arm !== 'free' && { costNanoUsd: arm === 'a' ? 1000 : 100 }),
  }));
  return { candidates, weights };
}

describe('what another policy changes about a request', () => {
  it('is nothing where the probabilities are the same', () => {
    expect(compareAnswers(answer({ a: 0.5, b: 0.5 }), answer({ a: 0.5, b: 0.5 }))).toEqual({
      difference: 'none',
      changedShare: 0,
      moves: [],
      gone: [],
      come: [],
      otherWeights: false,
    });
  });

  it('is the probability that has to move, and where it goes', () => {
    const { difference, changedShare, moves } = compareAnswers(
      answer({ a: 0.75, b: 0.25, c: 0 }),
      answer({ a: 0.25, b: 0.5, c: 0.25 }),
    );
    expect(difference).toBe('shares');
    expect(changedShare).toBeCloseTo(0.5, 10);
    expect(moves).toEqual([
      { from: 'a', to: 'b', share: 0.25 },
      { from: 'a', to: 'c', share: 0.25 },
    ]);
  });

  it('names candidates that are gone and that have come, even where none would have been chosen', () => {
    const found = compareAnswers(answer({ a: 1, b: 0 }), answer({ a: 1, c: 0 }));
    expect(found).toMatchObject({ difference: 'candidates', changedShare: 0, gone: ['b'], come: ['c'] });
  });

  it('tells a refusal from the end of one, and two refusals from both', () => {
    expect(compareAnswers(answer({ a: 1 }), answer({}))).toMatchObject({
      difference: 'refused',
      changedShare: 1,
      gone: ['a'],
    });
    expect(compareAnswers(answer({}), answer({ a: 1 })).difference).toBe('admitted');
    expect(compareAnswers(answer({}), answer({}))).toMatchObject({ difference: 'none', changedShare: 0 });
  });

  it('passes over less than a hundredth, but counts it', () => {
    const found = compareAnswers(answer({ a: 0.5, b: 0.5 }), answer({ a: 0.505, b: 0.495 }));
    expect(found.difference).toBe('none');
    expect(found.changedShare).toBeCloseTo(0.005, 4);
  });

  it('sees other weights', () => {
    const other = answer({ a: 1 }, { quality: 0.5, cost: 0.45, latency: 0.05 });
    expect(compareAnswers(answer({ a: 1 }), other).otherWeights).toBe(true);
  });

  it('moves as much as the total variation says, from losers to winners alone', () => {
    const shares = fc
      .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 })
      .chain((weights) =>
        fc
          .shuffledSubarray([...'abcdefgh'], { minLength: weights.length, maxLength: weights.length })
          .map((arms): PolicyAnswer => {
            const total = sumOf(weights);
            const quantized = quantizePropensities(weights.map((weight) => weight / total));
            return {
              candidates: arms.map((arm, k) => ({ arm, propensityQ16: quantized[k]!, quality: 0.5 })),
              weights: WEIGHTS,
            };
          }),
      );
    fc.assert(
      fc.property(shares, shares, (before, after) => {
        const share = (of: PolicyAnswer, name: string): number =>
          (of.candidates.find(({ arm }) => arm === name)?.propensityQ16 ?? 0) / PROPENSITY_ONE;
        const { changedShare, moves } = compareAnswers(before, after);
        const variation = sumOf(
          [...'abcdefgh'].map((arm) => Math.abs(share(before, arm) - share(after, arm)) / 2),
        );
        expect(changedShare).toBeCloseTo(variation, 10);
        for (const arm of 'abcdefgh') {
          const given = sumOf(moves.filter(({ from }) => from === arm).map((move) => move.share));
          const got = sumOf(moves.filter(({ to }) => to === arm).map((move) => move.share));
          expect(share(before, arm) - given + got).toBeCloseTo(share(after, arm), 10);
          expect(Math.min(given, got)).toBe(0);
        }
      }),
    );
  });
});

describe('an answer', () => {
  it('expects a figure as often as each candidate is chosen', () => {
    const cost = expectationOf(answer({ a: 0.25, b: 0.75 }), ({ costNanoUsd }) => costNanoUsd);
    expect(cost).toBeCloseTo(325, 6);
  });

  it('expects nothing where a candidate that may be chosen has no such figure', () => {
    const costOf = (of: PolicyAnswer) => expectationOf(of, ({ costNanoUsd }) => costNanoUsd);
    expect(costOf(answer({ a: 0.5, free: 0.5 }))).toBeUndefined();
    expect(costOf(answer({ a: 1, free: 0 }))).toBeCloseTo(1000, 6);
    expect(costOf(answer({}))).toBeUndefined();
  });

  it('has a likeliest candidate, the first of equals', () => {
    expect(likeliest(answer({ a: 0.4, b: 0.6 }))?.arm).toBe('b');
    expect(likeliest(answer({ a: 0.5, b: 0.5 }))?.arm).toBe('a');
    expect(likeliest(answer({}))).toBeUndefined();
  });
});
