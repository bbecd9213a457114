import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestProfile } from '../../../src/core/profile.js';
import { ANY_MODEL } from '../../../src/core/registry/capabilities.js';
import type { Model } from '../../../src/core/registry/model.js';
import { ineligibility } from '../../../src/core/selection/eligible.js';
import type { Question } from '../../../src/core/selection/question.js';
import { rankFallbacks } from '../../../src/core/selection/rank-fallbacks.js';
import { segmentOf } from '../../../src/core/selection/segment.js';
import { questionOf, questionWithInput, scoresOf } from '../../builders/question.js';
import { model } from '../registry/fixture.js';

const PROFILE: RequestProfile = {
  dimensions: scoresOf(0.2),
  composite: 0.2,
  level: 'high',
  taskType: 'mathematics',
  inputTokens: 1000,
  inputTokensSource: 'caller',
  modalities: [],
};

describe('segmentOf', () => {
  it('is spelled in the order of segmentBy', () => {
    expect(segmentOf(PROFILE, ['taskType', 'level'])).toBe('mathematics/high');
    expect(segmentOf(PROFILE, ['level', 'taskType'])).toBe('high/mathematics');
    expect(segmentOf(PROFILE, ['level'])).toBe('high');
  });
  it('is "all" where nothing splits', () => {
    expect(segmentOf(PROFILE, [])).toBe('all');
  });
});

describe('rankFallbacks', () => {
  const rest = (...list: [string, number][]) => list.map(([provider, utility]) => ({ provider, utility }));

  it('orders by utility, and ties by the earlier entry', () => {
    expect(rankFallbacks(rest(['b', 0.1], ['c', 0.9], ['d', 0.5], ['e', 0.5]), 'a', 4)).toEqual([1, 2, 3, 0]);
  });
  it('goes to another provider before the same one again, where that is close', () => {
    expect(rankFallbacks(rest(['a', 0.6], ['b', 0.57]), 'a', 2)).toEqual([1, 0]);
    expect(rankFallbacks(rest(['b', 0.6], ['b', 0.59], ['c', 0.56]), 'a', 3)).toEqual([0, 2, 1]);
  });
  it('stays with the provider where no other is close, or none is left', () => {
    expect(rankFallbacks(rest(['a', 0.6], ['b', 0.5]), 'a', 2)).toEqual([0, 1]);
    expect(rankFallbacks(rest(['a', 0.6], ['a', 0.5]), 'a', 2)).toEqual([0, 1]);
  });
  it('puts models of doubtful providers after all others, however far these are', () => {
    const doubtful = new Set(['a']);
    expect(rankFallbacks(rest(['a', 0.9], ['b', 0.1], ['c', 0.5]), 'a', 3, doubtful)).toEqual([2, 1, 0]);
    expect(rankFallbacks(rest(['a', 0.9], ['a', 0.8], ['b', 0.1]), 'b', 3, doubtful)).toEqual([2, 0, 1]);
    expect(rankFallbacks(rest(['a', 0.9], ['a', 0.8]), 'a', 2, doubtful)).toEqual([0, 1]);
  });
  it('gives at most so many, and none twice', () => {
    const anyRest = fc.array(
      fc.record({
        provider: fc.constantFrom('a', 'b', 'c'),
        utility: fc.double({ min: -1, max: 1, noNaN: true }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(anyRest, fc.nat(12), (list, count) => {
        const chain = rankFallbacks(list, 'a', count);
        expect(chain).toHaveLength(Math.min(count, list.length));
        expect(new Set(chain).size).toBe(chain.length);
      }),
    );
  });
  it('never repeats a provider where another is within 0.05 (property)', () => {
    const cents = fc.integer({ min: 0, max: 30 }).map((x) => x / 100);
    const anyRest = fc.array(fc.record({ provider: fc.constantFrom('a', 'b'), utility: cents }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(anyRest, (list) => {
        const left = new Set(list.keys());
        let previous = 'a';
        for (const index of rankFallbacks(list, 'a', list.length)) {
          const best = Math.max(...[...left].map((i) => list[i]!.utility));
          const another = [...left].some(
            (i) => list[i]!.provider !== previous && list[i]!.utility > best - 0.045,
          );
          if (another) expect(list[index]!.provider).not.toBe(previous);
          left.delete(index);
          previous = list[index]!.provider;
        }
      }),
    );
  });
});

describe('ineligibility', () => {
  const why = (changes: Partial<Model>, question: Question = questionOf(), budgeted = false) =>
    ineligibility(
      { model: model('acme/one', { contextWindowTokens: 8000, ...changes }) },
      question,
      PROFILE,
      budgeted,
    );

  it('is null for a model that can take the request', () => {
    expect(why({})).toBeNull();
  });
  it.each(['draining', 'disabled'] as const)('says that a model is %s', (status) => {
    expect(why({ status })).toEqual({ model: 'acme/one', filter: 'status', reason: `is ${status}` });
  });
  it('says which requirement is not met', () => {
    const question = questionOf({ requirements: { ...ANY_MODEL, allOf: ['tools'] } });
    expect(why({}, question)).toMatchObject({ filter: 'requirement', reason: 'needs capability tools' });
    expect(why({ capabilities: ['tools'] }, question)).toBeNull();
  });
  it('says that the prompt leaves no room for an answer', () => {
    expect(why({ contextWindowTokens: 1000 })).toMatchObject({
      filter: 'context_window',
      reason: 'context window 1000 tokens, the prompt has about 1000',
    });
    expect(why({ contextWindowTokens: 1001 })).toBeNull();
  });
  it('says that the model may not write so much', () => {
    const question = questionWithInput({ maxOutputTokens: 1001 });
    expect(why({ maxOutputTokens: 1000 }, question)).toMatchObject({
      filter: 'context_window',
      reason: 'output limit 1000 tokens, the request asks for up to 1001',
    });
    expect(why({ maxOutputTokens: 1001 }, question)).toBeNull();
  });
  it('says that a price is unknown, under a budget only', () => {
    const { prices: _, ...unpriced } = model('acme/one', { unpriced: true });
    expect(ineligibility({ model: unpriced }, questionOf(), PROFILE, true)).toMatchObject({
      filter: 'unpriced',
    });
    expect(ineligibility({ model: unpriced }, questionOf(), PROFILE, false)).toBeNull();
  });
});
