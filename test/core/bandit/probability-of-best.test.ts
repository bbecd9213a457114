import { factorial } from 'simple-statistics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaMarginal, pointMarginal, type Marginal } from '../../../src/core/bandit/marginal.js';
import { probabilityOfBest } from '../../../src/core/bandit/probability-of-best.js';
import { sampleBeta } from '../../../src/core/bandit/sample.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { sumOf, totalVariation } from '../../builders/statistics.js';

/** An arm whose utility is Beta(α, β), scaled and shifted. */
interface ArmCase {
  readonly alpha: number;
  readonly beta: number;
  readonly scale?: number;
  readonly shift?: number;
}

const POINTS = 129;
const marginalOf = ({ alpha, beta, scale = 1, shift = 0 }: ArmCase, moved = 0): Marginal =>
  betaMarginal({ alpha, beta }, scale, shift + moved, POINTS);
const bestOf = (arms: readonly ArmCase[], moved = 0): Float64Array =>
  probabilityOfBest(arms.map((arm) => marginalOf(arm, moved)));

const anyArm = fc.record({
  alpha: fc.double({ min: 0.4, max: 80, noNaN: true }),
  beta: fc.double({ min: 0.4, max: 80, noNaN: true }),
  scale: fc.double({ min: 0.05, max: 1, noNaN: true }),
  shift: fc.double({ min: -1, max: 0, noNaN: true }),
});
const anyArms = fc.array(anyArm, { minLength: 2, maxLength: 10 });

/** P(A < B) for whole shapes of B (Miller, Formulas for Bayesian A/B testing, 2014, eq. 6). */
function chanceOfSecond(a: ArmCase, b: ArmCase): number {
  const beta = (x: number, y: number): number => (factorial(x - 1) * factorial(y - 1)) / factorial(x + y - 1);
  let sum = 0;
  for (let i = 0; i < b.alpha; i++) {
    sum += beta(a.alpha + i, a.beta + b.beta) / ((b.beta + i) * beta(1 + i, b.beta) * beta(a.alpha, a.beta));
  }
  return sum;
}

/** How often each arm wins when utilities are drawn, as Thompson sampling does it. */
function thompsonShares(arms: readonly ArmCase[], draws: number): Float64Array {
  const rng = rngFromSeed(1933n);
  const shares = new Float64Array(arms.length);
  for (let draw = 0; draw < draws; draw++) {
    let best = 0;
    let highest = -Infinity;
    arms.forEach((arm, k) => {
      const utility = (arm.scale ?? 1) * sampleBeta(arm, rng) + (arm.shift ?? 0);
      if (utility > highest) [best, highest] = [k, utility];
    });
    shares[best]! += 1 / draws;
  }
  return shares;
}

describe('probabilityOfBest', () => {
  it('is one for the only arm', () => {
    expect([...bestOf([{ alpha: 2, beta: 3 }])]).toEqual([1]);
  });

  it('is non-negative and sums to one', () => {
    fc.assert(
      fc.property(anyArms, (arms) => {
        const best = bestOf(arms);
        expect(best.every((p) => p >= 0)).toBe(true);
        expect(sumOf(best)).toBeCloseTo(1, 12);
      }),
    );
  });

  it.each([2, 3, 5, 13, 50])('gives %d identical arms equal chances', (count) => {
    const best = bestOf(Array.from({ length: count }, () => ({ alpha: 1.5, beta: 0.5 })));
    for (const p of best) expect(p).toBeCloseTo(1 / count, 12);
  });

  it.each([
    [2, 3, 4, 3],
    [10, 4, 8, 4],
    [1, 1, 3, 1],
    [30, 10, 33, 12],
    [5, 40, 3, 30],
  ])('equals the closed form for Beta(%d, %d) against Beta(%d, %d)', (a, b, c, d) => {
    const [first, second] = [
      { alpha: a, beta: b },
      { alpha: c, beta: d },
    ];
    expect(Math.abs(bestOf([first, second])[1]! - chanceOfSecond(first, second))).toBeLessThan(5e-4);
  });

  it.each<[string, readonly ArmCase[]]>([
    [
      'two arms, one shifted',
      [
        { alpha: 3, beta: 2 },
        { alpha: 5, beta: 4, shift: 0.05 },
      ],
    ],
    ['three new arms at prices', [0, -0.1, -0.2].map((shift) => ({ alpha: 1.5, beta: 0.5, shift }))],
    [
      'known and new arms',
      [
        { alpha: 30, beta: 10, scale: 0.75 },
        { alpha: 1.5, beta: 0.5, scale: 0.75, shift: -0.02 },
        { alpha: 100, beta: 60, scale: 0.75, shift: 0.1 },
      ],
    ],
    [
      'bathtubs',
      [
        { alpha: 0.5, beta: 0.5 },
        { alpha: 0.5, beta: 0.5, shift: 0.1 },
        { alpha: 2, beta: 2 },
      ],
    ],
    ['six close arms', [0, 1, 2, 3, 4, 5].map((i) => ({ alpha: 80 + i, beta: 20, shift: -0.002 * i }))],
  ])('agrees with a million Thompson draws: %s (Scott 2010, §2)', { timeout: 60_000 }, (_name, arms) => {
    expect(totalVariation(bestOf(arms), thompsonShares(arms, 1_000_000))).toBeLessThan(0.003);
  });

  it('moves with the arms when they are put in another order', () => {
    fc.assert(
      fc.property(anyArms, fc.nat(), (arms, turn) => {
        const by = turn % arms.length;
        const turned = bestOf([...arms.slice(by), ...arms.slice(0, by)]);
        bestOf(arms).forEach((p, k) => {
          expect(turned[(k - by + arms.length) % arms.length]!).toBeCloseTo(p, 10);
        });
      }),
    );
  });

  it('does not change when every utility gains the same', () => {
    fc.assert(
      fc.property(anyArms, fc.double({ min: -50, max: 50, noNaN: true }), (arms, constant) => {
        expect(totalVariation(bestOf(arms), bestOf(arms, constant))).toBeLessThan(1e-6);
      }),
    );
  });

  it('never falls for an arm whose utility rises', () => {
    fc.assert(
      fc.property(anyArms, fc.double({ min: 0, max: 0.5, noNaN: true }), ([arm, ...rest], gain) => {
        const risen = { ...arm!, shift: arm!.shift + gain };
        // The tables of an arm that moves meet those of the others at other points.
        expect(bestOf([risen, ...rest])[0]!).toBeGreaterThan(bestOf([arm!, ...rest])[0]! - 0.01);
      }),
    );
  });

  it('is certain of an arm that lies above all others', () => {
    const best = bestOf([
      { alpha: 2, beta: 2 },
      { alpha: 2, beta: 2, shift: 1.5 },
    ]);
    expect(best[1]).toBeCloseTo(1, 12);
    expect(best[0]).toBe(0);
  });
});

describe('arms that are known for certain', () => {
  const certain = (...values: number[]): number[] => [
    ...probabilityOfBest(values.map((v) => pointMarginal(v))),
  ];

  it('are decided by their value', () => {
    expect(certain(0.2, 0.7, 0.1)).toEqual([0, 1, 0]);
    expect(certain(-3, -2)).toEqual([0, 1]);
  });

  it('share evenly where they tie', () => {
    expect(certain(0.5, 0.5)).toEqual([0.5, 0.5]);
    const [first, second, third] = certain(0.4, 0.9, 0.9);
    expect(first).toBe(0);
    expect(second).toBeCloseTo(0.5, 12);
    expect(third).toBeCloseTo(0.5, 12);
  });

  it('come about where quality has no weight: the cheaper one wins, equal ones share', () => {
    const free = betaMarginal({ alpha: 2, beta: 1 }, 0, -0.1, POINTS);
    const dear = betaMarginal({ alpha: 200, beta: 1 }, 0, -0.3, POINTS);
    expect([...probabilityOfBest([free, dear])]).toEqual([1, 0]);
    expect(sumOf(probabilityOfBest([free, free, dear]).slice(0, 2))).toBeCloseTo(1, 12);
  });

  it('win against an uncertain arm as often as that is below them', () => {
    // P(X ≤ 0.6) of Beta(2, 2) is 3·0.6² − 2·0.6³ = 0.648.
    const best = probabilityOfBest([pointMarginal(0.6), marginalOf({ alpha: 2, beta: 2 })]);
    expect(Math.abs(best[0]! - 0.648)).toBeLessThan(5e-4);
  });
});
