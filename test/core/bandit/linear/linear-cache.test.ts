import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearPosterior, LinearPrior } from '../../../../src/core/bandit/linear/linear-posterior.js';
import type { LinearArm } from '../../../../src/core/bandit/linear/linear-arm.js';
import { contextOfSteps, qualityIn, repeated, taught } from '../../../builders/linear-learning.js';
import type { ArmId } from '../../../../src/core/registry/model.js';
import { HALF_LIVES, HOUR_MS, START_MS } from '../../../builders/learning.js';
import {
  anySamples,
  armOf,
  observationOf,
  posteriorGap,
  posteriorOf,
  PRIOR,
  relativeGap,
} from '../../../builders/regression.js';

const SIZE = 5;
const NONE = { factor: 1, revision: 0, siblings: () => [] };
const ASKED = contextOfSteps(12, -30, 4);

/** What the arm should say: a posterior made of its sums as they are. */
const anew = ({ sums }: LinearArm, factor = 1, prior: LinearPrior = PRIOR): LinearPosterior =>
  posteriorOf(SIZE, [{ sums, factor }], prior);

describe('an arm’s cached posterior', () => {
  it('knows every observation, whenever it is asked', () => {
    fc.assert(
      fc.property(anySamples(SIZE), fc.array(fc.boolean(), { maxLength: 40 }), (samples, asked) => {
        const arm = armOf(SIZE, []);
        samples.forEach((sample, i) => {
          if (asked[i] === true) arm.posterior(PRIOR, NONE);
          arm.observe(observationOf(sample));
        });
        expect(posteriorGap(arm.posterior(PRIOR, NONE), anew(arm))).toBeLessThan(1e-9);
      }),
    );
  });

  it('is kept while nothing changes', () => {
    const arm = armOf(SIZE, fc.sample(anySamples(SIZE), { numRuns: 1, seed: 1 })[0]!);
    expect(arm.posterior(PRIOR, NONE)).toBe(arm.posterior({ ...PRIOR }, { ...NONE, revision: 9_999 }));
  });

  it.each(['interceptMean', 'interceptPrecision', 'slopePrecision'] as const)(
    'is made anew under another %s',
    (part) => {
      const arm = armOf(SIZE, fc.sample(anySamples(SIZE), { numRuns: 1, seed: 2 })[0]!);
      arm.posterior(PRIOR, NONE);
      const other = { ...PRIOR, [part]: PRIOR[part] + 1 };
      expect(posteriorGap(arm.posterior(other, NONE), anew(arm, 1, other))).toBeLessThan(1e-12);
    },
  );

  it('never lags more than 2 % of decay behind', () => {
    const arm = armOf(SIZE, fc.sample(anySamples(SIZE), { numRuns: 1, seed: 3 })[0]!);
    for (let factor = 1; factor > 1e-6; factor *= 0.993) {
      const [kept, slower, faster] = [
        arm.posterior(PRIOR, { ...NONE, factor }),
        anew(arm, factor / 0.98),
        anew(arm, factor * 0.98),
      ];
      const x = Float64Array.of(1, 0.4, -1, 2, 0);
      expect(kept.leverage(x)).toBeGreaterThanOrEqual(slower.leverage(x) * (1 - 1e-12));
      expect(kept.leverage(x)).toBeLessThanOrEqual(faster.leverage(x) * (1 + 1e-12));
    }
  });

  it('counts a new observation by the decay that it was made for', () => {
    const samples = fc.sample(anySamples(SIZE), { numRuns: 1, seed: 4 })[0]!;
    const arm = armOf(SIZE, samples);
    const factor = 2 ** -30;
    arm.posterior(PRIOR, { ...NONE, factor });
    const x = Float64Array.of(1, 1, 0, 0, 0);
    arm.observe(observationOf({ x, y: 0, weight: 2 ** 30 }));
    expect(posteriorGap(arm.posterior(PRIOR, { ...NONE, factor }), anew(arm, factor))).toBeLessThan(1e-9);
  });

  it('is dropped when its sums are scaled as a whole', () => {
    const arm = armOf(SIZE, fc.sample(anySamples(SIZE), { numRuns: 1, seed: 6 })[0]!);
    arm.posterior(PRIOR, NONE);
    arm.sums.scale(0.01);
    arm.forget();
    expect(posteriorGap(arm.posterior(PRIOR, NONE), anew(arm))).toBeLessThan(1e-12);
  });

  it('is made anew when what siblings lend has changed by more than 2 %', () => {
    const arm = armOf(SIZE, []);
    const sibling = armOf(SIZE, fc.sample(anySamples(SIZE, 30), { numRuns: 1, seed: 8 })[0]!);
    const lent = { factor: 1, siblings: () => [{ sums: sibling.sums, factor: 1 }] };
    arm.posterior(PRIOR, { ...lent, revision: 0 });
    for (let i = 0; i < 20; i++) {
      sibling.observe(observationOf({ x: Float64Array.of(1, 0, 1, 0, 1), y: 0, weight: 1 }));
    }
    const seen = arm.posterior(PRIOR, { ...lent, revision: 256 });
    expect(posteriorGap(seen, anew(sibling))).toBeLessThan(1e-12);
  });
});

describe('what a state that was asked all along believes', () => {
  it('is what one that was never asked believes, 256 changes of anything later', () => {
    const another = 8 as ArmId;
    const lessons = [
      ...repeated(300, { useCase: 'sql', quality: 0.2, context: contextOfSteps(40, -10) }),
      ...repeated(300, { useCase: 'chat', quality: 0.9, context: contextOfSteps(-20, 15, 3) }),
      ...repeated(300, { useCase: 'sql', quality: 0.4, context: ASKED }),
      ...repeated(256, { useCase: 'mail', armId: another }),
    ];
    const asked = taught([]);
    for (const lesson of lessons) {
      taught([lesson], asked);
      for (const useCase of ['chat', 'sql', 'other']) qualityIn(asked, { useCase, context: ASKED });
    }
    for (const useCase of ['chat', 'sql', 'other']) {
      const [a, b] = [asked, taught(lessons)].map((state) => qualityIn(state, { useCase, context: ASKED }));
      expect(Math.abs(a!.mean - b!.mean)).toBeLessThan(0.02);
      expect(relativeGap(a!.variance, b!.variance)).toBeLessThan(0.001);
    }
  });

  it('forgets with time although no outcome comes', () => {
    const state = taught(repeated(200, { quality: 0 }));
    const means = [0, 1, 3, 10, 60].map((halfLives) => {
      const nowMs = START_MS + halfLives * HALF_LIVES.quality;
      return qualityIn(state, { nowMs }).mean;
    });
    expect(means).toEqual([...means].sort((a, b) => a - b));
    expect(means[0]).toBeLessThan(0.02);
    expect(means[4]).toBeCloseTo(0.75, 9);
  });

  it('survives a landmark that moves', () => {
    const laterMs = START_MS + 500 * HALF_LIVES.quality;
    const asked = taught(repeated(50, { quality: 0 }));
    qualityIn(asked, { context: ASKED });
    taught(repeated(50, { quality: 1, timeMs: laterMs }), asked);
    const { mean } = qualityIn(asked, { nowMs: laterMs + HOUR_MS });
    const fresh = taught([...repeated(50, { quality: 0 }), ...repeated(50, { quality: 1, timeMs: laterMs })]);
    expect(mean).toBeCloseTo(qualityIn(fresh, { nowMs: laterMs + HOUR_MS }).mean, 9);
    expect(mean).toBeGreaterThan(0.98);
  });

  it('survives a landmark that moves where the use case has no outcome of its own', () => {
    const early = repeated(200, { quality: 0 });
    const late = { quality: 1, timeMs: START_MS + 512 * HALF_LIVES.quality };
    const asked = taught(early);
    qualityIn(asked, { useCase: 'other' });
    taught([late], asked);
    const [a, b] = [asked, taught([...early, late])].map(
      (state) => qualityIn(state, { useCase: 'other', nowMs: late.timeMs }).mean,
    );
    expect(a).toBeCloseTo(b!, 9);
  });
});
