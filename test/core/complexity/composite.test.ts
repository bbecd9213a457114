import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compositeOf, wordBuckets, wordScore } from '../../../src/core/complexity/composite.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../../src/core/profile.js';

const allDimensions = (value: number): DimensionScores =>
  Object.fromEntries(COMPLEXITY_DIMENSIONS.map((name) => [name, value])) as unknown as DimensionScores;
const weights = { ...allDimensions(0), length: 2, code: 1 };

describe('the composite', () => {
  it('is the weighted mean without logistic', () => {
    expect(compositeOf({ ...allDimensions(0), length: 0.6 }, { weights })).toBeCloseTo(0.4, 12);
  });

  it('is the logistic function of intercept, weighted scores and words with it', () => {
    const settings = { weights, logistic: { intercept: -1 } };
    const dimensions = { ...allDimensions(0), length: 0.75 };
    expect(compositeOf(dimensions, settings)).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(compositeOf(dimensions, settings, -0.5)).toBe(0.5);
  });

  it('never falls when a dimension rises, and stays in [0, 1]', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(score, score, fc.double({ min: -1000, max: 1000, noNaN: true }), (a, b, intercept) => {
        const settings = { weights, logistic: { intercept } };
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((length) =>
          compositeOf({ ...allDimensions(0), length }, settings),
        );
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(low!);
      }),
    );
  });
});

describe('words', () => {
  const messages = [{ role: 'user', text: 'moral scenarios of the law' }] as const;

  it('count where they are weighed, and for nothing elsewhere', () => {
    const words = Array.from(wordBuckets(messages, 64), (value) => 2 * value);
    expect(wordScore(messages, { logistic: { intercept: 0, words } })).toBeCloseTo(2, 9);
    expect(wordScore(messages, { logistic: { intercept: 0 } })).toBe(0);
    expect(wordScore([], { logistic: { intercept: 0, words } })).toBe(0);
  });
});
