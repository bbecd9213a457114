import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/cli/report/advice.js';
import type { UseCaseReport } from '../../../src/cli/report/use-case-report.js';
import { fixedModels, savingsOf } from '../../../src/cli/report/savings.js';
import { TimeSeries } from '../../../src/gen/sextant/v1/insight.js';

/** Sums over requests that were dealt out evenly among so many models, each of that weight. */
function series({ w, count, mean, sd }: { w: number; count: number; mean: number; sd: number }) {
  const [sum, squares] = [count * mean, count * (mean ** 2 + sd ** 2)];
  return {
    count: BigInt(count),
    sum,
    squares,
    weight: w * count,
    weightSquares: w * w * count,
    weightedSum: w * sum,
    weightedSquares: w * squares,
    squareWeightedSum: w * w * sum,
    squareWeightedSquares: w * w * squares,
  };
}

const modelOf = (model: string, quality: number, costNanoUsd: number, w = 2) =>
  TimeSeries.fromPartial({
    useCase: 'chat',
    model,
    points: [
      {
        routedQuality: series({ w, count: 500, mean: quality, sd: 0.1 }),
        routedCostNanoUsd: series({ w, count: 500, mean: costNanoUsd, sd: costNanoUsd / 10 }),
      },
    ],
  });

const both = [modelOf('acme/large', 0.9, 2e6), modelOf('acme/small', 0.7, 1e6)];

describe('savings', () => {
  it('are those against one model for everything, in money over the requests of the span', () => {
    const [mostUsed, best] = savingsOf(fixedModels(both), 1_000);
    expect(mostUsed).toMatchObject({ against: 'most used', objections: [] });
    expect(best).toMatchObject({ against: 'best fixed', model: 'acme/large', objections: [] });
    // A request costs 1.5e6 nano-USD as it was done, and 2e6 always: 0.5e6 less, a thousand times.
    expect(best!.costUsd!.value).toBeCloseTo(0.5, 9);
    expect(best!.costShare).toBeCloseTo(0.25, 9);
    expect(best!.quality!.value).toBeCloseTo(-0.1, 9);
    expect(best!.quality!.low).toBeLessThan(-0.1);
    expect(best!.quality!.high).toBeLessThan(0);
  });

  it('have no figure from a few requests', () => {
    const few = TimeSeries.fromPartial({ useCase: 'chat', model: 'acme/new', points: [{}] });
    expect(savingsOf(fixedModels([few]), 10)).toEqual([]);
  });
});

describe('advice', () => {
  const quiet: Omit<UseCaseReport, 'advice'> = {
    useCase: 'chat',
    performance: { decisions: 1_000, calls: 1_000, requests: 1_000, judged: 500, costUsd: 1 },
    models: [],
    savings: [],
    drift: [],
    reportRates: [],
    course: [],
  };
  const estimate = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });

  it('asks for nothing where nothing is amiss', () => {
    expect(adviceOf(quiet, [])).toEqual(['nothing that asks for action']);
  });

  it('names a model whose quality is reported unlike that of the others', () => {
    const rate = { model: 'acme/quiet', decisions: 1_157, reported: 0.518, expectedReported: 1, z: -7.3 };
    expect(adviceOf({ ...quiet, reportRates: [rate] }, [])).toEqual([
      'the quality of acme/quiet is reported for 51.8 % of 1157 decisions, where the others lead to expect 100.0 % (z -7.3): its mean may be off, look for what goes unreported',
    ]);
  });

  it('tells what is not reported, what fell, and what is beaten', () => {
    const unreported = { ...quiet.performance, requests: 400, judged: 0 };
    expect(adviceOf({ ...quiet, performance: unreported }, []).join('\n')).toMatch(
      /40\.0 % of decisions.*\n.*no quality/,
    );
    const fallen = { ...quiet.performance, quality: estimate(0.7) };
    const before = { ...quiet.performance, quality: estimate(0.8) };
    expect(adviceOf({ ...quiet, performance: fallen, before }, [])).toEqual([
      'quality fell from 0.800 to 0.700 since the span before',
    ]);
    const fixed = fixedModels([
      modelOf('acme/dear', 0.6, 3e6, 3),
      modelOf('acme/large', 0.9, 2e6, 3),
      modelOf('acme/small', 0.7, 1e6, 3),
    ]);
    const models = fixed.map((always) => ({
      ...quiet.performance,
      model: always.model,
      share: 1 / 3,
      always,
    }));
    expect(adviceOf({ ...quiet, models }, [])).toEqual([
      'acme/dear takes 33.3 %, though acme/large is better and cheaper on these requests',
    ]);
  });
});
