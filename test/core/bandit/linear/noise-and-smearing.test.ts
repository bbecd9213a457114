import { describe, expect, it } from 'vitest';
import { contextValues } from '../../../../src/core/context/context-vector.js';
import {
  CONTEXT_SIZE,
  contextOfSteps,
  qualityIn,
  repeated,
  taught,
  tokensIn,
  type Lesson,
} from '../../../builders/linear-learning.js';
import { directPrediction, type Sample } from '../../../builders/regression.js';

const ORIGIN = contextOfSteps(0);

/** xᵀA⁻¹x at the origin, where only the intercept counts. */
function leverageAt(lessons: readonly Lesson[]): number {
  const samples = lessons.map((): Sample => ({ x: contextValues(ORIGIN), y: 0, weight: 1 }));
  const prior = { interceptMean: 0, interceptPrecision: 2, slopePrecision: 25 };
  return directPrediction(CONTEXT_SIZE, { samples, x: contextValues(ORIGIN), prior }).leverage;
}

const noiseOf = (lessons: readonly Lesson[]): number =>
  qualityIn(taught(lessons)).variance / leverageAt(lessons);

describe('the noise of quality', () => {
  it('is the prior’s before anything is known', () => {
    expect(noiseOf([])).toBeCloseTo(0.02, 12);
  });

  it('is the mean of an inverse-gamma’s scale: (Σr² + 50·0.02) ÷ (n + 50)', () => {
    const lessons = repeated(30, { quality: 0.9, predicted: 0.4 });
    expect(noiseOf(lessons)).toBeCloseTo((30 * 0.25 + 1) / 80, 4);
  });

  it('never falls below 0.002, however well tickets predicted', () => {
    expect(noiseOf(repeated(3_000, { quality: 0.75, predicted: 0.75 }))).toBeCloseTo(0.002, 9);
  });

  it('never exceeds a quarter, the most that a rate can vary', () => {
    expect(noiseOf(repeated(3_000, { quality: 0, predicted: 1 }))).toBeCloseTo(0.25, 9);
  });
});

describe('the length of answers', () => {
  it('has a mean of e^θᵀx times Duan’s factor, Σ real ÷ Σ predicted (Duan 1983)', () => {
    const lengths = [100, 400, 700];
    const lessons = lengths.flatMap((tokens) => repeated(400, { tokens, predicted: 300 }));
    const { mean, logMean } = tokensIn(taught(lessons));
    const noise = (lengths.reduce((sum, t) => sum + 400 * Math.log(t / 300) ** 2, 0) + 4) / (1200 + 4);
    // Of one context, all that lengths vary by is noise.
    const median = Math.exp(lengths.reduce((sum, t) => sum + Math.log(t) / 3, 0));
    const smearing = (1200 * 400 + 4 * 250 * Math.exp(noise / 2)) / (1200 * median + 4 * 250);
    expect(mean / Math.exp(logMean)).toBeCloseTo(smearing, 5);
  });

  it('has medians as far apart as the context says, which tickets foresaw', () => {
    const lessons = [-48, 48].flatMap((steps) =>
      repeated(2_000, {
        context: contextOfSteps(steps),
        tokens: 400 * Math.exp(steps / 48),
        predicted: 400 * Math.exp(steps / 48),
      }),
    );
    const { mean, logMean } = tokensIn(taught(lessons));
    // Two lengths are not the normal that they are taken for.
    expect(mean / Math.exp(logMean)).toBeCloseTo(1, 1);
  });

  it.each([20, 250, 4_000])('comes to %d tokens from its prior where every answer has as many', (tokens) => {
    const lessons: Lesson[] = [];
    for (let n = 1; n <= 100; n++) {
      const before = Math.exp(tokensIn(taught(lessons)).logMean);
      lessons.push(...repeated(1, { tokens, predicted: before }));
      const { mean, logMean } = tokensIn(taught(lessons));
      expect(mean).toBeGreaterThanOrEqual(Math.exp(logMean));
      expect(mean).toBeLessThan(1.05 * Math.max(tokens, 250 * Math.exp(0.5)));
    }
    expect(tokensIn(taught(lessons)).mean / tokens).toBeGreaterThan(0.85);
    expect(tokensIn(taught(lessons)).mean / tokens).toBeLessThan(1.2);
  });

  it('has the log-normal’s factor before anything is known', () => {
    const { mean, logMean, observations } = tokensIn(taught([]));
    expect(mean / Math.exp(logMean)).toBeCloseTo(Math.exp(0.5), 9);
    expect(observations).toBe(0);
  });

  it('is never smeared by more than five', () => {
    const lessons = [
      ...repeated(475, { tokens: 1, predicted: 1 }),
      ...repeated(25, { tokens: 1e5, predicted: 1 }),
    ];
    const { mean, logMean } = tokensIn(taught(lessons));
    expect(mean / Math.exp(logMean)).toBeCloseTo(5, 9);
  });

  it('is never known better than to 5 %, nor worse than to e²', () => {
    const known = tokensIn(taught(repeated(20_000, { tokens: 250, predicted: 250 })));
    expect(known.logSd).toBeGreaterThan(0.05 - 1e-12);
    expect(known.logSd).toBeLessThan(0.051);
    const wild = tokensIn(taught(repeated(5_000, { tokens: 1e8, predicted: 1 })));
    expect(wild.logSd).toBeLessThan(2.01);
  });
});
