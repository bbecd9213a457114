import { describe, expect, it } from 'vitest';
import { fitPriors, type FitOptions } from '../../../src/core/bandit/fit-priors.js';
import { leaveOneOut } from '../../../src/core/bandit/fit-priors-leave-one-out.js';
import { mergePriors, priorsFileText } from '../../../src/core/bandit/prior-merge.js';
import { levelOfSegment, NO_SUMS, PriorCells, type PriorCell } from '../../../src/core/bandit/prior-cells.js';
import { fitLength, lengthLoss } from '../../../src/core/bandit/prior-length.js';
import { fitRate, rateLoss } from '../../../src/core/bandit/prior-rate.js';
import { addedTo, NO_VALUES, spreadOf, type CellSums } from '../../../src/core/bandit/prior-spread.js';
import { sampleBeta, sampleNormal } from '../../../src/core/bandit/sample.js';
import type { UseCase } from '../../../src/core/ids.js';
import type { ComplexityLevel } from '../../../src/core/profile.js';
import { rngFromSeed, type Rng } from '../../../src/core/random.js';
import type { ModelId } from '../../../src/core/registry/model.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

const FALLBACK = {
  quality: { mean: 0.75, strength: 2 },
  success: { mean: 0.98, strength: 20 },
  outputTokens: { median: 250, sigma: 1, strength: 4 },
  latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
};
const OPTIONS: FitOptions = { metrics: ['quality'], maxStrength: 50, fallback: FALLBACK };

const sumsOf = (values: readonly number[]): CellSums => values.reduce(addedTo, NO_VALUES);
const coins = (count: number, rate: number, rng: Rng): CellSums =>
  sumsOf(Array.from({ length: count }, () => (rng() < rate ? 1 : 0)));
/** Exactly this share of ones. */
const share = (count: number, ones: number): CellSums => ({ count, sum: ones, squares: ones });
const cell = (useCase: string, quality: CellSums, level?: ComplexityLevel): PriorCell => ({
  model: 'acme/one' as ModelId,
  useCase: useCase as UseCase,
  ...(level && { level }),
  sums: { ...NO_SUMS, quality },
});

describe('fitRate', () => {
  it.each([
    { mean: 0.8, strength: 12 },
    { mean: 0.4, strength: 5 },
    { mean: 0.9, strength: 40 },
  ])('recovers $mean worth $strength from cells of unequal size that were drawn from it', (truth) => {
    const rng = rngFromSeed(7n);
    const shape = { alpha: truth.mean * truth.strength, beta: (1 - truth.mean) * truth.strength };
    const cells = Array.from({ length: 800 }, (_, i) =>
      coins(10 + (i % 7) * 30, sampleBeta(shape, rng), rng),
    );
    const fitted = fitRate(cells, FALLBACK.quality);
    expect(fitted.mean).toBeCloseTo(truth.mean, 1.7);
    expect(fitted.strength / truth.strength).toBeGreaterThan(0.8);
    expect(fitted.strength / truth.strength).toBeLessThan(1.25);
  });

  it('recovers the spread of qualities that are no coins', () => {
    const rng = rngFromSeed(8n);
    const cells = Array.from({ length: 800 }, () => {
      const mean = sampleBeta({ alpha: 8, beta: 2 }, rng);
      return sumsOf(
        Array.from({ length: 20 }, () => sampleBeta({ alpha: 30 * mean, beta: 30 * (1 - mean) }, rng)),
      );
    });
    expect(fitRate(cells, FALLBACK.quality).strength).toBeGreaterThan(8);
    expect(fitRate(cells, FALLBACK.quality).strength).toBeLessThan(12.5);
  });

  it('keeps the strength of the wider scope where cells are too few, or too small, to see a spread', () => {
    const few = [share(100, 90), share(100, 70), share(100, 80)];
    expect(fitRate(few, FALLBACK.quality)).toEqual({ mean: (1.5 + 240) / 302, strength: 2 });
    expect(
      fitRate(
        Array.from({ length: 40 }, () => share(1, 1)),
        FALLBACK.quality,
      ).strength,
    ).toBe(2);
    expect(fitRate([], FALLBACK.quality)).toEqual(FALLBACK.quality);
  });

  it('stays inside (0, 1), finite, where all succeed, all fail, or all are alike', () => {
    for (const ones of [0, 20]) {
      const { mean, strength } = fitRate(
        Array.from({ length: 6 }, () => share(20, ones)),
        FALLBACK.quality,
      );
      expect(mean > 0 && mean < 1 && Number.isFinite(strength)).toBe(true);
    }
    const apart = [0, 0, 20, 20, 0, 20].map((ones) => share(20, ones));
    expect(fitRate(apart, FALLBACK.quality).strength).toBe(0.5);
  });
});

describe('spreadOf', () => {
  it('solves Morris’s equation, and is not led by one large cell', () => {
    const cells = [share(100_000, 50_000), share(200, 160), share(200, 40), share(200, 120)];
    const { mean, within, between } = spreadOf(cells)!;
    const weights = cells.map(({ count }) => 1 / (between + within / count));
    const excess = cells.map(({ count, sum }, i) => weights[i]! * (sum / count - mean) ** 2);
    expect(excess.reduce((a, b) => a + b)).toBeCloseTo(3, 6);
    expect(mean).toBeCloseTo(0.525, 2);
  });
});

describe('fitLength', () => {
  it('recovers median, sigma and strength of a log-normal hierarchy', () => {
    const rng = rngFromSeed(9n);
    const cells = Array.from({ length: 600 }, () => {
      const centre = Math.log(300) + (0.6 / Math.sqrt(4)) * sampleNormal(rng);
      return sumsOf(Array.from({ length: 25 }, () => centre + 0.6 * sampleNormal(rng)));
    });
    const { median, sigma, strength } = fitLength(cells, FALLBACK.outputTokens);
    expect(median / 300).toBeCloseTo(1, 1);
    expect(sigma).toBeCloseTo(0.6, 1.7);
    expect(strength).toBeGreaterThan(3.3);
    expect(strength).toBeLessThan(4.8);
  });
});

describe('predictive losses', () => {
  it('is the sum of the losses of one outcome after the other', () => {
    const prior = { mean: 0.7, strength: 3 };
    let [alpha, beta, loss] = [2.1, 0.9, 0];
    for (const x of [1, 0, 1, 1]) {
      loss -= Math.log((x === 1 ? alpha : beta) / (alpha + beta));
      if (x === 1) alpha += 1;
      else beta += 1;
    }
    expect(rateLoss(prior, share(4, 3))).toBeCloseTo(loss, 10);
  });

  it('is Student’s t density for one logarithm', () => {
    // t with 4 degrees of freedom, scale √1.25, at 1.5: Γ(2.5) / (Γ(2)·√(4π·1.25)) · (1 + 2.25/5)^−2.5.
    const density = (1.329340388179137 / Math.sqrt(5 * Math.PI)) * 1.45 ** -2.5;
    const loss = lengthLoss({ median: 1, sigma: 1, strength: 4 }, sumsOf([1.5]));
    expect(loss).toBeCloseTo(-Math.log(density), 10);
  });
});

describe('fitPriors', () => {
  it('caps every strength, and a capped prior that is wrong is outvoted by as many outcomes', () => {
    const cells = ['a', 'b', 'c', 'd', 'e'].map((name) => cell(name, share(1000, 900)));
    const fitted = fitPriors(cells, { ...OPTIONS, maxStrength: 30 });
    expect(fitted.map(({ prior }) => prior.strength)).toEqual([30, 30, 30, 30, 30, 30]);
    const [ofModel] = fitted;
    if (ofModel?.metric !== 'quality') throw new Error('no prior of the model');
    const { mean, strength } = ofModel.prior;
    // The truth turned to 0.2: after 30 outcomes the posterior has gone half the way.
    expect((strength * mean + 30 * 0.2) / (strength + 30)).toBeCloseTo((mean + 0.2) / 2, 10);
  });

  it('fits model, level, use case and cell, each shrunk to the wider one', () => {
    const cells = [
      cell('chat', share(40, 36), 'low'),
      cell('chat', share(40, 20), 'high'),
      cell('sql', share(40, 34), 'low'),
      cell('sql', share(4, 0), 'high'),
    ];
    const fitted = fitPriors(cells, OPTIONS);
    const meanAt = (useCase?: string, level?: string): number => {
      const found = fitted.find((entry) => entry.useCase === useCase && entry.level === level)!;
      return found.metric === 'quality' ? found.prior.mean : NaN;
    };
    expect(fitted).toHaveLength(9);
    expect(meanAt(undefined, 'low')).toBeGreaterThan(meanAt());
    expect(meanAt()).toBeGreaterThan(meanAt(undefined, 'high'));
    expect(meanAt('sql', 'high')).toBeGreaterThan(0);
    expect(meanAt('sql', 'high')).toBeLessThan(meanAt(undefined, 'high'));
  });

  it.each([[undefined], ['low' as const]])(
    'counts an outcome once in every scope that it is in, level %s',
    (level) => {
      const fitted = fitPriors([cell('chat', sumsOf([0.9]), level)], OPTIONS);
      expect(fitted).toHaveLength(level === undefined ? 2 : 4);
      // The default, worth 2 outcomes of 0.75, and the one of 0.9.
      for (const { prior } of fitted) expect(prior).toMatchObject({ mean: 0.8 });
    },
  );

  it('falls back on outcomes elsewhere alone: a large cell does not set what it is shrunk to', () => {
    const others = [cell('b', share(10, 5)), cell('c', share(10, 5))];
    const fitted = fitPriors([cell('a', share(1_000, 900)), ...others], OPTIONS);
    const ofUseCase = fitted.find(({ useCase }) => useCase === 'a')!.prior as { mean: number };
    const elsewhere = fitPriors(others, OPTIONS)[0]!.prior as { mean: number };
    expect(ofUseCase.mean).toBeCloseTo((2 * elsewhere.mean + 900) / 1_002, 4);
  });

  it('tells a use case what to expect at a level that it was never seen at', () => {
    const cells = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [
      cell(name, share(100, 90), 'low'),
      ...(name === 'e' ? [] : [cell(name, share(100, 30), 'high')]),
    ]);
    const unseen = fitPriors(cells, OPTIONS).find(
      ({ useCase, level }) => useCase === 'e' && level === 'high',
    );
    expect(unseen).toMatchObject({ outcomes: 0, prior: { strength: 50 } });
    expect((unseen!.prior as { mean: number }).mean).toBeCloseTo(0.3, 1);
  });

  it('moves that expectation by how far the use case lies from others elsewhere', () => {
    const cells = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name, i) => [
      cell(name, share(200, 100 + 16 * i), 'low'),
      ...(name === 'f' ? [] : [cell(name, share(200, 40 + 16 * i), 'high')]),
    ]);
    const fitted = fitPriors(cells, OPTIONS);
    const meanAt = (name?: string) =>
      (fitted.find(({ useCase, level }) => useCase === name && level === 'high')!.prior as { mean: number })
        .mean;
    expect(meanAt('f')).toBeGreaterThan(meanAt() + 0.15);
    expect(meanAt('f')).toBeLessThan(0.6);
  });

  it('reads levels where segments have them', () => {
    expect(levelOfSegment('code/high', ['taskType', 'level'])).toBe('high');
    expect(levelOfSegment('low/code', ['level', 'taskType'])).toBe('low');
    expect(levelOfSegment('code', ['taskType'])).toBeUndefined();
    expect(levelOfSegment('all', ['level'])).toBeUndefined();
  });
});

describe('leaveOneOut', () => {
  it('says that priors help where cells are alike, and that they hurt the one that is not', () => {
    const cells = [
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => cell(name, share(60, 21))),
      cell('odd', share(60, 57)),
    ];
    const report = leaveOneOut(cells, OPTIONS);
    const gains = report.map(({ fittedLoss, defaultLoss }) => defaultLoss - fittedLoss!);
    expect(gains.slice(0, 6).every((gain) => gain > 0.5)).toBe(true);
    expect(gains[6]).toBeLessThan(-0.3);
  });

  it('has nothing to say of a model’s only cell', () => {
    const [row] = leaveOneOut([cell('a', share(60, 21))], OPTIONS);
    expect(row).toMatchObject({ outcomes: 60 });
    expect(row).not.toHaveProperty('fittedLoss');
  });

  it('looks the prior up as a request of the cell would: its use case before its level', () => {
    const cells = [
      cell('chat', share(90, 9), 'low'),
      cell('chat', share(90, 9), 'high'),
      cell('sql', share(90, 81), 'low'),
      cell('sql', share(90, 81), 'high'),
    ];
    const gains = leaveOneOut(cells, OPTIONS).map((row) => row.defaultLoss - row.fittedLoss!);
    expect(gains[0]).toBeGreaterThan(0.3);
  });
});

describe('mergePriors', () => {
  const cells = ['constructor', 'sql'].map((name) => cell(name, share(50, 40)));
  const fitted = fitPriors(cells, OPTIONS);
  const mine = { quality: { mean: 0.11, strength: 3 }, success: { mean: 0.9, strength: 1 } };
  const file = { default: FALLBACK, models: { ['acme/one' as ModelId]: mine } };

  it('keeps what the file states, unless told otherwise, and never changes the default', () => {
    const merged = mergePriors(file, fitted, { replace: false });
    expect(merged.file.models).toEqual(file.models);
    expect([...merged.kept]).toEqual([fitted[0]]);
    expect(Object.keys(merged.file.useCases!)).toEqual(['constructor', 'sql']);
    const replaced = mergePriors(file, fitted, { replace: true });
    expect(replaced.file.models).toEqual({ 'acme/one': { ...mine, quality: fitted[0]!.prior } });
    expect(replaced.file.default).toEqual(FALLBACK);
    expect(file.models['acme/one' as ModelId]).toEqual(mine);
  });

  it('writes what it says, a metric to a line', () => {
    const { file: merged } = mergePriors(file, fitted, { replace: true });
    const text = priorsFileText(merged);
    expect(JSON.parse(text)).toEqual(merged);
    expect(text).toContain('    "quality": { "mean": 0.75, "strength": 2 },\n');
  });
});

describe('times and thinking', () => {
  it('are fitted apart from the whole time, and answers without thinking left out', () => {
    const cells = new PriorCells([]);
    for (const [useCase, perTokenMs] of [
      ['one', 4],
      ['two', 4.2],
      ['three', 3.8],
    ] as const) {
      for (let i = 0; i < 40; i++) {
        const outputTokens = 100 + i;
        const execution = {
          status: 'success' as const,
          outputTokens,
          reasoningTokens: i % 2 === 0 ? 0 : 50 + (i % 5),
          timeToFirstTokenMs: 300 + (i % 7),
          latencyMs: 300 + (i % 7) + perTokenMs * (1 + (i % 3) / 100) * (outputTokens - 1),
        };
        cells.add('acme/a' as ModelId, outcomeOf(i, { execution, useCase: useCase as UseCase }));
      }
    }
    const metrics = ['timeToFirstTokenMs', 'msPerOutputToken', 'thinkingTokens'] as const;
    const fitted = fitPriors(cells.list(), { metrics, maxStrength: 50, fallback: FALLBACK });
    const medians = fitted.map((entry) => (entry.metric === 'quality' ? 0 : entry.prior.median));
    expect(fitted.map(({ metric, outcomes }) => [metric, outcomes])).toEqual([
      ['timeToFirstTokenMs', 120],
      ['msPerOutputToken', 120],
      ['thinkingTokens', 60],
    ]);
    // Too little spread between use cases to see: the default counts as four outcomes.
    expect(Math.abs(medians[0]! / 303 - 1)).toBeLessThan(0.05);
    expect(medians[1]).toBeCloseTo(4, 0);
    expect(Math.abs(medians[2]! / 52 - 1)).toBeLessThan(0.25);
  });
});
