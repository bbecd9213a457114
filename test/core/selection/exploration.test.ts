import { describe, expect, it } from 'vitest';
import {
  leastProbabilities,
  withProbeShare,
  type Explored,
} from '../../../src/core/selection/exploration.js';
import { weakNewcomers } from '../../../src/core/selection/weak-newcomers.js';
import { sumOf } from '../../builders/statistics.js';

const SETTINGS = { floor: 0.001, newcomerShare: 0.4, newcomerPulls: 20 };
const KNOWN: Explored = { pulls: 500, costNanoUsd: 100, utilityMean: 0.9, utilitySd: 0.01 };
const NEW: Explored = { pulls: 0, costNanoUsd: 100, utilityMean: 0.8, utilitySd: 0.2 };

const least = (candidates: readonly Explored[], budgetNanoUsd?: number): number[] => [
  ...leastProbabilities(candidates, SETTINGS, budgetNanoUsd),
];

describe('the least probability of each candidate', () => {
  it('is a floor, and for newcomers an equal part of their share', () => {
    expect(least([KNOWN, NEW, NEW])).toEqual([0.001, 0.201, 0.201]);
  });

  it('is a floor alone where nobody is known yet, or nobody is new', () => {
    expect(least([NEW, NEW])).toEqual([0.001, 0.001]);
    expect(least([KNOWN, { ...NEW, pulls: 20 }])).toEqual([0.001, 0.001]);
  });

  it('is none for a lone candidate', () => {
    expect(least([NEW])).toEqual([0]);
  });

  it('spends at most a hundredth of the budget on floors, and none on what costs over 20 budgets', () => {
    const floors = least([KNOWN, { ...KNOWN, costNanoUsd: 1900 }, { ...KNOWN, costNanoUsd: 2100 }], 100);
    expect(floors[2]).toBe(0);
    expect(floors[0]! * 100 + floors[1]! * 1900).toBeCloseTo(1, 9);
  });

  it('spends at most half of the budget on newcomers, and none on one that costs over 10 budgets', () => {
    const shares = least([KNOWN, { ...NEW, costNanoUsd: 900 }, { ...NEW, costNanoUsd: 1100 }], 100);
    expect(900 * shares[1]!).toBeLessThanOrEqual(50 + 1);
    expect(shares[2]).toBeLessThanOrEqual(0.001);
    expect(sumOf(shares)).toBeLessThan(1);
  });
});

describe('a weak newcomer', () => {
  it('is one whose best guess, at two standard errors, is below the best’s worst', () => {
    const judged = { ...NEW, pulls: 5, utilityMean: 0.6 };
    const weakAt = (utilitySd: number): boolean => weakNewcomers([KNOWN, { ...judged, utilitySd }], 20)[1]!;
    expect(weakAt(0.13)).toBe(true);
    expect(weakAt(0.15)).toBe(false);
  });

  it('is not judged before it has a quarter of its pulls', () => {
    const hopeless = { ...NEW, utilityMean: 0, utilitySd: 0.01 };
    const weakAfter = (pulls: number): boolean => weakNewcomers([KNOWN, { ...hopeless, pulls }], 20)[1]!;
    expect(weakAfter(4)).toBe(false);
    expect(weakAfter(5)).toBe(true);
  });

  it('gets no share any more, which leaves it to the others', () => {
    const weak = { ...NEW, pulls: 5, utilityMean: 0, utilitySd: 0.01 };
    expect(least([KNOWN, weak, NEW])).toEqual([0.001, 0.001, 0.401]);
  });

  it('is never the best itself', () => {
    expect(weakNewcomers([{ ...NEW, pulls: 19 }], 20)).toEqual([false]);
  });
});

describe('the share of probes', () => {
  it('is parted evenly among them and taken from all in proportion', () => {
    const [a, b, c] = withProbeShare(Float64Array.of(0.8, 0.15, 0.05), [false, true, true], 0.1);
    expect([a, b, c]).toEqual([0.9 * 0.8, 0.9 * 0.15 + 0.05, 0.9 * 0.05 + 0.05]);
    expect(a! + b! + c!).toBeCloseTo(1, 12);
  });

  it('changes nothing where there is no probe, or nothing else', () => {
    const given = Float64Array.of(0.7, 0.3);
    expect(withProbeShare(given, [false, false], 0.1)).toEqual(given);
    expect(withProbeShare(given, [true, true], 0.1)).toEqual(given);
  });
});
