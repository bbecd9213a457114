import { describe, expect, it } from 'vitest';
import {
  PoolingEvidence,
  poolingEvidence,
  type Level,
} from '../../../../src/core/bandit/linear/pooling-evidence.js';
import { LinearSums } from '../../../../src/core/bandit/linear/linear-sums.js';
import { rngFromSeed } from '../../../../src/core/random.js';
import { sampleNormal } from '../../../../src/core/bandit/sample.js';
import type { ArmId } from '../../../../src/core/registry/model.js';

const STRENGTHS = [0.25, 1, 5, 30, 200];
const settings = { poolingStrength: 7, poolingStrengths: STRENGTHS, noiseVariance: 0.04, noiseStrength: 20 };
const SD = 0.2;
const OUTCOMES = 40;

/** Arms in use cases whose levels differ with a standard deviation, each with some outcomes. */
function armsOf(between: number, { arms = 8, useCases = 6 } = {}): ReadonlyMap<ArmId, LinearSums[]> {
  const rng = rngFromSeed(3n);
  return new Map(
    Array.from({ length: arms }, (_, k) => [
      (k + 1) as ArmId,
      Array.from({ length: useCases }, () => {
        const level = 0.5 + between * sampleNormal(rng);
        const sums = new LinearSums(1);
        for (let n = 0; n < OUTCOMES; n++) {
          const y = level + SD * sampleNormal(rng);
          sums.add({ x: Float64Array.of(1), y, predicted: level, weight: 1, logarithmic: false });
        }
        return sums;
      }),
    ]),
  );
}

const chosen = (arms: ReadonlyMap<ArmId, LinearSums[]>, evidence = new PoolingEvidence(), taught = 1_000) =>
  evidence.read({ settings, factor: 1, taught, arms: () => arms });

describe('the strength of pooling', () => {
  it('is the greatest where use cases are alike, and the least where they have nothing in common', () => {
    expect(chosen(armsOf(0))).toBe(200);
    expect(chosen(armsOf(1))).toBe(0.25);
  });

  it.each([
    [0.2, 1],
    [0.09, 5],
    [0.0365, 30],
  ])('is σ²/τ² where levels differ by τ = %d', (between, strength) => {
    expect(chosen(armsOf(between, { arms: 20, useCases: 20 }))).toBe(strength);
  });

  it('is the setting before there is anything to compare, and where no list is given', () => {
    expect(chosen(new Map())).toBe(7);
    expect(chosen(armsOf(1, { arms: 50, useCases: 1 }))).toBe(7);
    expect(chosen(armsOf(1, { arms: 3, useCases: 2 }))).toBe(7);
    const plain = { ...settings, poolingStrengths: [] };
    expect(new PoolingEvidence().read({ settings: plain, factor: 1, taught: 9, arms: () => armsOf(1) })).toBe(
      7,
    );
  });

  it('is looked at again after a tenth more outcomes, and when the sums were changed as a whole', () => {
    const evidence = new PoolingEvidence();
    const weight = 8 * 6 * OUTCOMES;
    expect(chosen(armsOf(0), evidence, weight)).toBe(200);
    expect(chosen(armsOf(1), evidence, weight + weight / 10 - 1)).toBe(200);
    expect(chosen(armsOf(1), evidence, weight + weight / 10)).toBe(0.25);
    evidence.forget();
    expect(chosen(armsOf(0), evidence, weight + weight / 10)).toBe(200);
  });
});

describe('the evidence of one arm', () => {
  it('is that of the levels with their centre integrated out numerically', () => {
    const levels: Level[] = [
      { weight: 3, mean: 0.2 },
      { weight: 40, mean: 0.6 },
      { weight: 9, mean: 0.55 },
    ];
    const byQuadrature = (strength: number): number => {
      let sum = 0;
      const step = 1e-3;
      for (let centre = -8; centre < 9; centre += step) {
        const density = levels.reduce((product, { weight, mean }) => {
          const variance = 0.1 / strength + 0.1 / weight;
          return (
            (product * Math.exp(-((mean - centre) ** 2) / (2 * variance))) / Math.sqrt(2 * Math.PI * variance)
          );
        }, 1);
        sum += density * step;
      }
      return Math.log(sum);
    };
    const ratio = (of: (strength: number) => number): number => of(0.5) - of(20);
    expect(ratio((strength) => poolingEvidence(levels, strength, 0.1))).toBeCloseTo(ratio(byQuadrature), 6);
  });
});
