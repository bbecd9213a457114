import { describe, expect, it } from 'vitest';
import { rngFromSeed } from '../../../src/core/random.js';
import { alwaysModel } from '../../../src/core/reporting/always-model.js';
import { Rollup, type RoutedMoments } from '../../../src/core/rollup/rollup.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const Q16_ONE = 65_536;
/** Mean quality of the first model over all requests: hard ones, half of them, lie at 0.4, easy ones at 0.8. */
const TRUTH = 0.6;

/** Two models, where the first gets most of the easy requests: its plain mean flatters it. */
function routed(seed: bigint, requests: number): { first: RoutedMoments; all: RoutedMoments; done: number } {
  const rng = rngFromSeed(seed);
  const [first, all] = [new Rollup(), new Rollup()];
  let done = 0;
  for (let i = 0; i < requests; i++) {
    const isEasy = rng() < 0.5;
    const propensity = isEasy ? 0.9 : 0.2;
    const isFirst = rng() < propensity;
    const mean = isFirst ? (isEasy ? 0.8 : 0.4) : 0.5;
    const value = rng() < mean ? 1 : 0;
    done += value;
    const propensityQ16 = Math.round((isFirst ? propensity : 1 - propensity) * Q16_ONE);
    const outcome = qualityOf(i, { propensityQ16, armId: 1 as ArmId, quality: { value, source: 'test' } });
    all.addOutcome(outcome);
    if (isFirst) first.addOutcome(outcome);
  }
  return { first: first.routed('quality'), all: all.routed('quality'), done: done / requests };
}

describe('"always this model"', () => {
  it('is estimated without the flattery of who was sent to it', () => {
    const { first, all, done } = routed(3n, 50_000);
    expect(first.sum / first.count).toBeGreaterThan(0.7);
    const { mean, difference, supported, effective } = alwaysModel(first, all);
    const error = (mean!.high - mean!.low) / 2 / 1.96;
    expect(Math.abs(mean!.value - TRUTH)).toBeLessThan(5 * error);
    expect(difference!.value).toBeCloseTo(mean!.value - done, 9);
    expect(Math.abs(supported.value - 1)).toBeLessThan(0.05);
    expect(effective).toBeLessThan(first.count);
  });

  it('lies in its interval, and the difference in its own, 19 times of 20', () => {
    const runs = 400;
    let [means, differences] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const { first, all } = routed(BigInt(run), 1_000);
      const { mean, difference } = alwaysModel(first, all);
      // What is done on average: 0.5 (0.9 0.8 + 0.1 0.5) + 0.5 (0.2 0.4 + 0.8 0.5).
      const trueDifference = TRUTH - 0.625;
      if (mean!.low <= TRUTH && TRUTH <= mean!.high) means += 1;
      if (difference!.low <= trueDifference && trueDifference <= difference!.high) differences += 1;
    }
    // Five standard errors of a share of 0.95.
    const slack = 5 * Math.sqrt((0.95 * 0.05) / runs);
    for (const covered of [means, differences]) expect(Math.abs(covered / runs - 0.95)).toBeLessThan(slack);
  });

  it('has no figure where there are too few outcomes', () => {
    const { first, all } = routed(1n, 60);
    expect(alwaysModel(first, all)).toMatchObject({
      objection: expect.stringContaining('100 are needed') as string,
    });
    expect(alwaysModel(first, all).mean).toBeUndefined();
    const nothing = alwaysModel({ ...first, count: 0, weight: 0, weightSquares: 0 }, { ...all, count: 0 });
    expect(nothing.objection).toBeDefined();
  });

  it('is the plain mean, and says why, where a share of requests could not go to it', () => {
    const { first, all } = routed(1n, 5_000);
    const twice = { ...all, count: 2 * all.count, sum: 2 * all.sum, squares: 2 * all.squares };
    const { mean, difference, objection } = alwaysModel(first, twice);
    expect(objection).toContain('could be chosen for about');
    expect(mean!.value).toBeCloseTo(first.sum / first.count, 9);
    expect(difference!.value).toBeCloseTo(mean!.value - all.sum / all.count, 9);
    const variance = mean!.value * (1 - mean!.value);
    expect((mean!.high - mean!.low) / 2 / 1.96).toBeCloseTo(Math.sqrt(variance / first.count), 5);
  });
});
