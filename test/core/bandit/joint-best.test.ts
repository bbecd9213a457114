import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jointBest, type JointArm } from '../../../src/core/bandit/joint-best.js';
import { betaMarginal, pointMarginal } from '../../../src/core/bandit/marginal.js';
import { normalCdf, normalMarginal } from '../../../src/core/bandit/normal-marginal.js';
import { normalQuantile } from '../../../src/core/bandit/normal-quantile.js';
import { probabilityOfBest } from '../../../src/core/bandit/probability-of-best.js';
import { sampleNormal } from '../../../src/core/bandit/sample.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { sumOf, totalVariation } from '../../builders/statistics.js';

interface NormalArm {
  readonly mean: number;
  readonly sd: number;
  readonly group: string;
  readonly share: number;
}

const jointArm = ({ mean, sd, group, share }: NormalArm): JointArm => ({
  marginal: normalMarginal(mean, sd),
  group,
  share,
});

const DRAWS = 150_000;

/** How often each arm is highest, and the mean of the highest, in draws of the joint normal itself. */
function drawn(arms: readonly NormalArm[]): { shares: Float64Array; mean: number } {
  const rng = rngFromSeed(41n);
  const shares = new Float64Array(arms.length);
  const groups = [...new Set(arms.map(({ group }) => group))];
  let sum = 0;
  for (let i = 0; i < DRAWS; i++) {
    const shared = new Map(groups.map((group) => [group, sampleNormal(rng)]));
    let best = 0;
    let highest = -Infinity;
    for (const [k, { mean, sd, group, share }] of arms.entries()) {
      const z = Math.sqrt(share) * shared.get(group)! + Math.sqrt(1 - share) * sampleNormal(rng);
      const utility = mean + sd * z;
      if (utility > highest) [best, highest] = [k, utility];
    }
    shares[best]! += 1 / DRAWS;
    sum += highest / DRAWS;
  }
  return { shares, mean: sum };
}

const CASES: Record<string, readonly NormalArm[]> = {
  'two variants that know little, against a model that knows much': [
    { mean: 0.7, sd: 0.1, group: 'a', share: 0.95 },
    { mean: 0.69, sd: 0.1, group: 'a', share: 0.95 },
    { mean: 0.75, sd: 0.02, group: 'b', share: 0 },
  ],
  'variants of different doubt and share in two models': [
    { mean: 0.8, sd: 0.03, group: 'a', share: 0.1 },
    { mean: 0.78, sd: 0.12, group: 'a', share: 0.6 },
    { mean: 0.77, sd: 0.05, group: 'a', share: 0.4 },
    { mean: 0.79, sd: 0.04, group: 'b', share: 0.5 },
    { mean: 0.75, sd: 0.08, group: 'b', share: 0.9 },
    { mean: 0.76, sd: 0.06, group: 'c', share: 0.9 },
  ],
  'ten variants of one model beside one other': [
    ...Array.from({ length: 10 }, (_, k) => ({ mean: 0.7 + k / 1000, sd: 0.08, group: 'a', share: 0.8 })),
    { mean: 0.78, sd: 0.03, group: 'b', share: 0 },
  ],
};

describe('the joint quadrature', () => {
  it.each(Object.entries(CASES))('is what draws of the joint normal give: %s', (_, arms) => {
    const { best, expectedMax } = jointBest(arms.map(jointArm));
    const { shares, mean } = drawn(arms);
    // Sampling alone moves the shares by √((K − 1)/2πn) on average.
    expect(totalVariation(best, shares)).toBeLessThan(
      0.002 + Math.sqrt((arms.length - 1) / (2 * Math.PI * DRAWS)),
    );
    expect(expectedMax).toBeCloseTo(mean, 2);
  });

  it('is the quadrature of independent arms where nothing is shared', () => {
    const arm = fc.record({
      mean: fc.double({ min: -1, max: 1, noNaN: true }),
      sd: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
      group: fc.constantFrom('a', 'b', 'c'),
      share: fc.constant(0),
    });
    fc.assert(
      fc.property(fc.array(arm, { minLength: 1, maxLength: 8 }), (arms) => {
        const joint = arms.map(jointArm);
        const independent = probabilityOfBest(joint.map(({ marginal }) => marginal));
        expect(totalVariation(jointBest(joint).best, independent)).toBeLessThan(0.004);
      }),
      { numRuns: 50 },
    );
  });

  it('sums to one, and does not depend on the order of the arms', () => {
    const arm = fc.record({
      mean: fc.double({ min: -1, max: 1, noNaN: true }),
      sd: fc.double({ min: 0, max: 0.5, noNaN: true }),
      group: fc.constantFrom('a', 'b'),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(arm, { minLength: 1, maxLength: 6 }), (arms) => {
        const { best } = jointBest(arms.map(jointArm));
        expect(sumOf([...best])).toBeCloseTo(1, 9);
        expect(Math.min(...best)).toBeGreaterThanOrEqual(0);
        const turned = jointBest([...arms].reverse().map(jointArm)).best.reverse();
        expect(totalVariation(best, turned)).toBeLessThan(0.01);
      }),
      { numRuns: 50 },
    );
  });

  it('splits evenly between arms that are the same, and is certain of one that is above all', () => {
    const same = { mean: 0.7, sd: 0.1, group: 'a', share: 1 };
    for (const p of jointBest([jointArm(same), jointArm(same), jointArm(same)]).best)
      expect(p).toBeCloseTo(1 / 3, 2);
    const points = [0.2, 0.4].map((value) => ({ marginal: pointMarginal(value), group: 'a', share: 0.9 }));
    expect([...jointBest(points).best]).toEqual([0, 1]);
    expect(jointBest(points).expectedMax).toBeCloseTo(0.4, 6);
  });

  it('gives a model of many variants no more of the traffic than sharing allows', () => {
    const rival = { mean: 0.75, sd: 0.02, group: 'b', share: 0 };
    const ofModel = (count: number, share: number): number => {
      const variants = Array.from({ length: count }, () => ({ mean: 0.7, sd: 0.1, group: 'a', share }));
      return 1 - jointBest([...variants, rival].map(jointArm)).best.at(-1)!;
    };
    expect(ofModel(1, 0.95)).toBeCloseTo(ofModel(1, 0), 3);
    expect(ofModel(10, 0)).toBeGreaterThan(0.9);
    expect(ofModel(10, 0.95)).toBeLessThan(0.6);
  });

  it('takes any marginal, as Betas', () => {
    const arms = [9, 3].map((alpha) => ({
      marginal: betaMarginal({ alpha, beta: 3 }, 0.75, 0, 129),
      group: 'a',
      share: 0.5,
    }));
    const { best } = jointBest(arms);
    expect(best[0]).toBeGreaterThan(probabilityOfBest(arms.map(({ marginal }) => marginal))[0]!);
  });
});

it('the quantile undoes the distribution function', () => {
  for (let x = -6; x <= 6; x += 0.25) expect(normalQuantile(normalCdf(x))).toBeCloseTo(x, 5);
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
});
