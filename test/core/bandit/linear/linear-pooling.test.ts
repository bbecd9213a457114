import { describe, expect, it } from 'vitest';
import { contextValues } from '../../../../src/core/context/context-vector.js';
import {
  ARM_PRIORS,
  CONTEXT_SIZE,
  contextOfSteps,
  LINEAR_SETTINGS,
  qualityIn,
  repeated,
  taught,
  tokensIn,
  type Lesson,
} from '../../../builders/linear-learning.js';
import { directPrediction, relativeGap, type Sample } from '../../../builders/regression.js';

const PRIOR = { interceptMean: 0.75, interceptPrecision: 2, slopePrecision: 25 };
const ASKED = contextOfSteps(20, -7, 33, 5);
/** Nothing is learned of the noise, so that the variance is the noise's prior times the leverage. */
const noiseHeld = { settings: { noiseStrength: 1e12 } };

/** Three use cases: 8 outcomes, 12 and 50, at contexts that differ. */
const LESSONS: Lesson[] = (['chat', 'sql', 'mail'] as const).flatMap((useCase, u) =>
  Array.from({ length: [8, 12, 50][u]! }, (_, i) => ({
    useCase,
    context: contextOfSteps((i * 13) % 90, -((i * 29) % 70), 10 * u, i % 5),
    quality: ((i * 7 + u * 3) % 10) / 10,
  })),
);

/** Λ₀ + S_own + a·ΣS_rest by hand, a = min(1, n₀ / n_rest). */
function byHand(useCase: string, poolingStrength = LINEAR_SETTINGS.poolingStrength) {
  const rest = LESSONS.filter((lesson) => lesson.useCase !== useCase).length;
  const lend = Math.min(1, poolingStrength / rest);
  const samples = LESSONS.map((lesson): Sample => {
    const weight = lesson.useCase === useCase ? 1 : lend;
    return { x: contextValues(lesson.context!), y: lesson.quality!, weight };
  });
  return directPrediction(CONTEXT_SIZE, { samples, x: contextValues(ASKED), prior: PRIOR });
}

describe('pooling of regressions over use cases', () => {
  it.each(['chat', 'sql', 'mail'])('lends %s the others’ sums, scaled to n₀ outcomes', (useCase) => {
    const { mean, variance } = qualityIn(taught(LESSONS), { useCase, context: ASKED, ...noiseHeld });
    const expected = byHand(useCase);
    expect(relativeGap(mean, expected.mean)).toBeLessThan(1e-9);
    expect(relativeGap(variance, 0.02 * expected.leverage)).toBeLessThan(1e-9);
  });

  it('lends all of them, and no more, where they are fewer than n₀', () => {
    const settings = { poolingStrength: 1_000, noiseStrength: 1e12 };
    const { mean } = qualityIn(taught(LESSONS), { useCase: 'mail', context: ASKED, settings });
    expect(relativeGap(mean, byHand('mail', 1_000).mean)).toBeLessThan(1e-9);
  });

  it('lends a use case that has no outcome, or is unheard of, what all others know', () => {
    const state = taught(LESSONS);
    state.ensureUseCase('acme' as never, 'known' as never);
    for (const useCase of ['known', 'unheard']) {
      const { mean } = qualityIn(state, { useCase, context: ASKED, ...noiseHeld });
      expect(relativeGap(mean, byHand(useCase).mean)).toBeLessThan(1e-9);
    }
  });

  it('does not depend on the order in which outcomes came', () => {
    const [one, two] = [taught(LESSONS), taught([...LESSONS].reverse())];
    for (const useCase of ['chat', 'sql', 'mail', 'other']) {
      const [a, b] = [one, two].map((state) => qualityIn(state, { useCase, context: ASKED }));
      expect(relativeGap(a!.mean, b!.mean)).toBeLessThan(1e-9);
      expect(relativeGap(a!.variance, b!.variance)).toBeLessThan(1e-9);
    }
  });

  it('leaves an arm that nobody taught at its prior', () => {
    const { mean, variance } = qualityIn(taught([]), { context: ASKED });
    const slopes = contextValues(ASKED)
      .slice(1)
      .reduce((sum, value) => sum + value * value, 0);
    expect(mean).toBe(ARM_PRIORS.quality.mean);
    expect(variance).toBeCloseTo(0.02 * (1 / 2 + slopes / 25), 12);
    expect(Math.exp(tokensIn(taught([]), { context: ASKED }).logMean)).toBeCloseTo(250, 9);
  });

  it('is outvoted: own outcomes win against any number of others', () => {
    const state = taught([
      ...repeated(5_000, { useCase: 'sql', quality: 0 }),
      ...repeated(600, { useCase: 'chat', quality: 1 }),
    ]);
    expect(qualityIn(state, { useCase: 'chat' }).mean).toBeGreaterThan(0.94);
    expect(qualityIn(state, { useCase: 'new' }).mean).toBeLessThan(0.2);
  });
});
