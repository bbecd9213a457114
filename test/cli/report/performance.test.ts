import { describe, expect, it } from 'vitest';
import { distance, performanceOf } from '../../../src/cli/report/performance.js';
import { reportText } from '../../../src/cli/report/report-text.js';
import { TimeSeriesPoint } from '../../../src/gen/sextant/v1/insight.js';

const pointOf = (values: readonly number[]): TimeSeriesPoint =>
  TimeSeriesPoint.fromPartial({
    calls: BigInt(values.length),
    requests: BigInt(values.length),
    successes: BigInt(values.length),
    quality: {
      count: BigInt(values.length),
      sum: values.reduce((sum, x) => sum + x, 0),
      squares: values.reduce((sum, x) => sum + x * x, 0),
    },
  });
const qualityOf = (...values: number[]) => performanceOf(pointOf(values)).quality!;

describe('a mean of what was reported', () => {
  it('has an interval of two and more, and none of one', () => {
    const two = qualityOf(0.4, 0.6);
    // s/√n = 0.1, by hand.
    expect([two.value, two.low, two.high]).toEqual([
      0.5,
      expect.closeTo(0.5 - 0.196, 5),
      expect.closeTo(0.5 + 0.196, 5),
    ]);
    expect(qualityOf(0.4)).toEqual({ value: 0.4 });
  });

  it('has an interval also where all were alike, the narrower the more there are', () => {
    expect(qualityOf(1, 1)).toEqual({ value: 1, low: 0, high: 2 });
    // ln(2/0.05)/200, by hand.
    const many = qualityOf(...Array<number>(200).fill(0.9));
    expect(many.value).toBeCloseTo(0.9, 12);
    expect(many.value - many.low!).toBeCloseTo(0.018444, 6);
    expect(many.high! - many.value).toBeCloseTo(0.018444, 6);
  });

  it('is apart from nothing where it has no interval', () => {
    expect(distance(qualityOf(1), qualityOf(0, 0.1, 0))).toBe(0);
    expect(distance(qualityOf(1, 0.9, 1), qualityOf(0, 0.1, 0))).toBeGreaterThan(3);
  });

  it('is printed without a width where there is none', () => {
    const performance = performanceOf(pointOf([0.4]));
    const [startTime, endTime] = ['2026-11-01T00:00:00.000Z', '2026-11-08T00:00:00.000Z'];
    const useCase = {
      useCase: 'chat',
      performance,
      models: [],
      savings: [],
      drift: [],
      reportRates: [],
      course: [],
      advice: [],
    };
    const text = reportText({ startTime, endTime, notes: [], useCases: [useCase], experiments: [] });
    expect(text).toContain('quality 0.400, of 1 judged');
    expect(text).not.toContain('± 0.000');
  });
});
