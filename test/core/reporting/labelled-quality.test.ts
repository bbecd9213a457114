import { describe, expect, it } from 'vitest';
import { emptyArmStats, STAT } from '../../../src/core/learning/arm-stats.js';
import { observe } from '../../../src/core/learning/observe.js';
import { DECAY_GROUPS, type DecayGroup } from '../../../src/core/learning/arm-stats.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { labelledQuality } from '../../../src/core/reporting/labelled-quality.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const ONES = Object.fromEntries(DECAY_GROUPS.map((group) => [group, 1])) as Record<DecayGroup, number>;

interface Label {
  readonly value: number;
  /** Probability of asking, in 1/65536; none where nobody asked. */
  readonly q16?: number;
}

function statsOf(labels: readonly Label[]) {
  const stats = emptyArmStats();
  labels.forEach(({ value, q16 }, i) => {
    const asked = q16 === undefined ? {} : { labelProbabilityQ16: q16 };
    observe(stats, qualityOf(i, { quality: { value, source: 'test' }, ...asked }), ONES);
  });
  return stats;
}

describe('quality from labels that were asked for', () => {
  it('is none without them', () => {
    expect(labelledQuality(statsOf([{ value: 1 }, { value: 0 }]), 1)).toBeUndefined();
  });

  it('has no interval to speak of from one label', () => {
    expect(labelledQuality(statsOf([{ value: 0.4, q16: 65_536 }]), 1)).toEqual({
      mean: 0.4,
      low: 0,
      high: 1,
      labels: 1,
    });
  });

  it('has an interval also where all labels are alike', () => {
    const alike = (value: number, count: number) =>
      labelledQuality(statsOf(Array<Label>(count).fill({ value, q16: 13_107 })), 1)!;
    // ln(2/0.05)/n, by hand.
    expect(alike(0.7, 10).low).toBeCloseTo(0.7 - 0.368888, 6);
    expect(alike(0.7, 10).high).toBe(1);
    expect(alike(1, 100).low).toBeCloseTo(1 - 0.036889, 6);
    expect(alike(0.5, 2)).toMatchObject({ low: 0, high: 1 });
  });

  it('is the plain mean with its standard interval where all are asked alike', () => {
    const values = [0.2, 0.4, 0.6, 0.8, 1];
    const found = labelledQuality(statsOf(values.map((value) => ({ value, q16: 13_107 }))), 1)!;
    const sampleVariance = values.reduce((sum, value) => sum + (value - 0.6) ** 2, 0) / 4;
    expect(found.mean).toBeCloseTo(0.6, 12);
    expect(found.labels).toBeCloseTo(5, 12);
    expect(found.high - found.mean).toBeCloseTo(1.96 * Math.sqrt(sampleVariance / 5), 4);
  });

  it('is right over all requests where doubtful ones are asked more often, and volunteers only praise', () => {
    // Half of the requests are hard, quality 0.3 and asked always; half are easy, 0.9 and asked one time in eight.
    const rng = rngFromSeed(7n);
    const requests = 40_000;
    const labels: Label[] = [];
    for (let i = 0; i < requests; i++) {
      const isHard = rng() < 0.5;
      const value = isHard ? 0.3 : 0.9;
      const q16 = isHard ? 65_536 : 8_192;
      if (rng() * 65_536 < q16) labels.push({ value, q16 });
      else if (rng() < 0.3) labels.push({ value });
    }
    const stats = statsOf(labels);
    const { mean, low, high } = labelledQuality(stats, 1)!;
    expect(Math.abs(mean - 0.6)).toBeLessThan(0.02);
    expect(low).toBeLessThan(0.6);
    expect(high).toBeGreaterThan(0.6);
    expect(Math.abs(stats[STAT.qualityX]! / stats[STAT.qualityW]! - 0.6)).toBeGreaterThan(0.05);
  });

  it('has intervals that hold the truth about nineteen times in twenty', () => {
    const rng = rngFromSeed(11n);
    const repetitions = 2_000;
    let covered = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const labels: Label[] = [];
      for (let i = 0; i < 300; i++) {
        const q16 = rng() < 0.5 ? 32_768 : 16_384;
        if (rng() * 65_536 < q16) labels.push({ value: rng() < 0.7 ? 1 : 0, q16 });
      }
      const { low, high } = labelledQuality(statsOf(labels), 1)!;
      if (low <= 0.7 && high >= 0.7) covered += 1;
    }
    expect(covered / repetitions).toBeGreaterThan(0.92);
    expect(covered / repetitions).toBeLessThan(0.97);
  });
});
