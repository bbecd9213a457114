import { zScore, cumulativeStdNormalProbability } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { standings } from '../../../../src/core/experiment/statistics/best-arm.js';
import { chiSquaredTail, chiSquaredTest } from '../../../../src/core/experiment/statistics/chi-squared.js';
import { compare } from '../../../../src/core/experiment/statistics/comparison.js';
import {
  alwaysValidMultiplier,
  alwaysValidPValue,
  mixtureRhoSquared,
} from '../../../../src/core/experiment/statistics/confidence-sequence.js';
import type { RatioMean } from '../../../../src/core/experiment/statistics/ratio-mean.js';
import { logSampleRatioEvidence } from '../../../../src/core/experiment/statistics/sample-ratio.js';
import {
  alwaysValidDetectable,
  daysToDetect,
  fixedDetectable,
  fixedPower,
} from '../../../../src/core/experiment/statistics/power.js';
import { chiSquaredLimit } from '../../../builders/statistics.js';

const meanOf = (mean: number, standardError: number, units = 1000): RatioMean => ({
  units,
  count: units,
  mean,
  standardError,
  unitSd: standardError * Math.sqrt(units),
});

describe('the always-valid interval', () => {
  it('is Robbins’ mixture boundary: the mixture of likelihood ratios is 1/α on it', () => {
    // ∫ exp(θS − θ²V/2) dN(θ; 0, ρ²) = exp(S²ρ²/(2(Vρ² + 1)))/√(Vρ² + 1), summed up here by the midpoint rule.
    for (const [variance, rhoSquared, alpha] of [
      [50, 0.01, 0.05],
      [400, 0.02, 0.01],
    ] as const) {
      const s = alwaysValidMultiplier(variance, rhoSquared, alpha) * Math.sqrt(variance);
      const rho = Math.sqrt(rhoSquared);
      let mixture = 0;
      const step = rho / 500;
      for (let theta = -10 * rho; theta < 10 * rho; theta += step) {
        const at = theta + step / 2;
        const density = Math.exp((-at * at) / (2 * rhoSquared)) / (rho * Math.sqrt(2 * Math.PI));
        mixture += Math.exp(at * s - (at * at * variance) / 2) * density * step;
      }
      expect(mixture * alpha).toBeCloseTo(1, 3);
    }
  });

  it('is tuned to be narrowest where it is asked to be', () => {
    const at = 300;
    const widthWith = (scale: number): number =>
      alwaysValidMultiplier(at, scale * mixtureRhoSquared(at, 0.05), 0.05);
    // The formula is an approximation of the optimum; no other tuning gains a thousandth.
    for (const scale of [0.25, 0.5, 0.8, 1.25, 2, 4])
      expect(widthWith(scale)).toBeGreaterThan(0.999 * widthWith(1));
  });

  it('leaves out zero exactly where its p-value is below α', () => {
    for (const z of [2.2, 2.8, 3, 3.2, 4]) {
      const terms = { alpha: 0.05, rhoSquared: mixtureRhoSquared(2000, 0.05) };
      const comparison = compare(meanOf(0.5, 0.01), meanOf(0.5 + z * 0.01 * Math.SQRT2, 0.01), terms);
      const { alwaysValid, alwaysValidPValue: p } = comparison;
      expect(alwaysValid!.low > 0).toBe(p! < 0.05);
    }
    expect(alwaysValidPValue(0, 10, 1)).toBe(1);
  });
});

describe('a comparison', () => {
  it('has the interval and p-value of the normal test (simple-statistics)', () => {
    const { difference, fixed, pValue, lift } = compare(meanOf(0.6, 0.012), meanOf(0.63, 0.009), {
      alpha: 0.05,
    });
    expect(difference).toBeCloseTo(0.03, 12);
    expect(fixed.low).toBeCloseTo(0.03 - 1.959964 * 0.015, 7);
    const z = zScore(0.03, 0, 0.015);
    // Its table has two digits of z.
    expect(pValue).toBeCloseTo(2 * (1 - cumulativeStdNormalProbability(z)), 3);
    expect(lift!.value).toBeCloseTo(0.05, 12);
    expect((lift!.fixed.high - lift!.fixed.low) / 2).toBeCloseTo(
      1.959964 * Math.sqrt((0.009 / 0.6) ** 2 + ((0.63 * 0.012) / 0.36) ** 2),
      7,
    );
  });

  it('has no always-valid interval before it is tuned, and no lift over nothing', () => {
    const comparison = compare(meanOf(0, 0.1), meanOf(0.3, 0.1), { alpha: 0.05 });
    expect(comparison.alwaysValid).toBeUndefined();
    expect(comparison.lift).toBeUndefined();
  });
});

describe('what is said of the best arm', () => {
  it('is the closed form of two normals', () => {
    const [a, b] = standings([meanOf(0.5, 0.03), meanOf(0.56, 0.04)], false)!;
    // P = Φ(0.06/0.05); E[max] − mean by Clark's formula (1961).
    const phi = Math.exp(-(1.2 ** 2) / 2) / Math.sqrt(2 * Math.PI);
    expect(b!.probabilityOfBest).toBeCloseTo(0.88493, 4);
    expect(a!.probabilityOfBest).toBeCloseTo(0.11507, 4);
    const expectedBest = 0.56 * 0.88493 + 0.5 * 0.11507 + 0.05 * phi;
    expect(b!.expectedLoss).toBeCloseTo(expectedBest - 0.56, 5);
    expect(a!.expectedLoss).toBeCloseTo(expectedBest - 0.5, 5);
  });

  it('is a third each of three alike, with the loss of the largest of three normals', () => {
    const found = standings(Array(3).fill(meanOf(1, 0.2)) as RatioMean[], false)!;
    for (const { probabilityOfBest, expectedLoss } of found) {
      expect(probabilityOfBest).toBeCloseTo(1 / 3, 6);
      // E[max of three standard normals] = 3/(2√π).
      expect(expectedLoss).toBeCloseTo((0.2 * 3) / (2 * Math.sqrt(Math.PI)), 5);
    }
  });

  it('turns round where lower is better, and says nothing without an error', () => {
    const [a, b] = standings([meanOf(0.5, 0.03), meanOf(0.56, 0.04)], true)!;
    expect(a!.probabilityOfBest).toBeCloseTo(0.88493, 4);
    expect(a!.expectedLoss).toBeLessThan(b!.expectedLoss);
    expect(standings([meanOf(0.5, NaN), meanOf(0.56, 0.04)], true)).toBeUndefined();
  });
});

describe('the sample-ratio test', () => {
  it('has χ²’s tail as tables have it (simple-statistics; Abramowitz & Stegun 26.8)', () => {
    for (const degrees of [1, 2, 5, 10, 30]) {
      expect(chiSquaredTail(chiSquaredLimit(degrees), degrees)).toBeCloseTo(0.005, 3);
    }
    expect(chiSquaredTail(3.84146, 1)).toBeCloseTo(0.05, 6);
    expect(chiSquaredTail(10.8276, 1)).toBeCloseTo(0.001, 6);
    expect(chiSquaredTail(0, 3)).toBe(1);
    expect(chiSquaredTest([821_588, 815_482], [0.5, 0.5])).toBeCloseTo(1.8e-6, 7);
    expect(chiSquaredTest([10, 0], [1, 0])).toBe(1);
    expect(chiSquaredTest([10, 1], [1, 0])).toBe(0);
  });

  it('is an e-value: its mean over all that can happen is one', () => {
    const shares = [0.5, 0.3, 0.2];
    const n = 12;
    const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
    let mean = 0;
    for (let a = 0; a <= n; a++) {
      for (let b = 0; a + b <= n; b++) {
        const counts = [a, b, n - a - b];
        const probability =
          (factorial(n) / counts.map(factorial).reduce((x, y) => x * y)) *
          counts.reduce((product, count, k) => product * shares[k]! ** count, 1);
        mean += probability * Math.exp(logSampleRatioEvidence(counts, shares));
      }
    }
    expect(mean).toBeCloseTo(1, 8);
  });

  it('sees what the textbook’s broken experiment had, and not what chance does', () => {
    // Kohavi, Tang & Xu (2020), ch. 21: 821,588 against 815,482 users of 50 % each.
    expect(logSampleRatioEvidence([821_588, 815_482], [0.5, 0.5])).toBeGreaterThan(Math.log(1_000));
    expect(logSampleRatioEvidence([50_120, 49_880], [0.5, 0.5])).toBeLessThan(0);
    expect(logSampleRatioEvidence([5, 1], [1, 0])).toBe(Infinity);
  });
});

describe('a plan', () => {
  const terms = { unitSd: 0.5, unitsOfControl: 1570, unitsOfArm: 1570, alpha: 0.05, power: 0.8 };

  it('has the textbook’s sample size: 16·σ²/δ² an arm for 80 % power', () => {
    // Van Belle's rule (2008), of 15.7 rounded up.
    expect((15.698 * 0.25) / fixedDetectable(terms) ** 2).toBeCloseTo(1570, 0);
    expect(fixedPower(terms, fixedDetectable(terms))).toBeCloseTo(0.8, 4);
    expect(fixedPower(terms, 0)).toBeCloseTo(0.05, 6);
  });

  it('asks for more where one may look at any time', () => {
    const factor = (alwaysValidDetectable(terms) / fixedDetectable(terms)) ** 2;
    expect(factor).toBeGreaterThan(1.4);
    expect(factor).toBeLessThan(2.2);
  });

  it('takes as many days as the units of the least difference need', () => {
    const { fixedDays, alwaysValidDays } = daysToDetect(
      { unitSd: 0.5, alpha: 0.05, power: 0.8, controlShare: 0.5, armShare: 0.5, unitsPerDay: 314 },
      fixedDetectable(terms),
    );
    expect(fixedDays).toBeCloseTo(10, 6);
    expect(alwaysValidDays).toBeGreaterThan(fixedDays);
  });
});
