import { describe, expect, it } from 'vitest';
import { adviceOn, guardrailState } from '../../dashboard/src/advice.js';
import type { ArmMetric, ExperimentResult, MetricResult } from '../../dashboard/src/contract.js';

const comparison = {
  difference: 0.03,
  pValue: 0.001,
  fixedInterval: { low: 0.02, high: 0.04 },
  alwaysValidInterval: { low: 0.01, high: 0.05 },
};
const arm: ArmMetric = { arm: 'treatment', units: '200', mean: 0.83, comparison };
const quality = {
  metric: 'EXPERIMENT_METRIC_QUALITY',
  lowerIsBetter: false,
  readable: true,
  arms: [{ arm: 'control', units: '190', mean: 0.8 }, arm],
} satisfies MetricResult;
const result: ExperimentResult = {
  metrics: [quality],
  sampleRatio: {
    pValue: 0.5,
    fixedPValue: 0.6,
    alarm: false,
    units: ['190', '200'],
    expectedUnits: [195, 195],
  },
  routed: [],
  comparisonAlpha: 0.05,
  minimumUnits: '50',
  policyVersions: ['a'],
};
const withIntervals = (fixed: [number, number], always: [number, number]): ExperimentResult => ({
  ...result,
  metrics: [
    {
      ...quality,
      arms: [
        {
          ...arm,
          comparison: {
            ...comparison,
            fixedInterval: { low: fixed[0], high: fixed[1] },
            alwaysValidInterval: { low: always[0], high: always[1] },
          },
        },
      ],
    },
  ],
});

describe('advice on an experiment', () => {
  it('calls an arm better by the interval at all times alone', () => {
    expect(adviceOn(result, [])).toEqual([
      {
        tone: 'good',
        text: 'treatment is better than control in quality by 0.03, at least 0.01, however often one looks. It can be stopped in its favour where guardrails agree.',
      },
    ]);
    const [open] = adviceOn(withIntervals([0.01, 0.05], [-0.01, 0.07]), []);
    expect(open).toMatchObject({ tone: 'plain' });
    expect(open!.text).toContain('no difference in quality is shown yet');
    expect(open!.text).toContain('who looks often must not');
  });

  it('knows which way is better', () => {
    const costs = { ...quality, metric: 'EXPERIMENT_METRIC_COST', lowerIsBetter: true };
    expect(adviceOn({ ...result, metrics: [costs] }, [])[0]).toMatchObject({ tone: 'bad' });
  });

  it('waits for the least number of units', () => {
    const [early] = adviceOn({ ...result, metrics: [{ ...quality, readable: false }] }, []);
    expect(early!.text).toBe('Too early: nothing is read before every arm has 50 units; the least has 190.');
  });

  it('puts a broken sample ratio first, then guardrails', () => {
    const harmed = withIntervals([-0.08, -0.07], [-0.09, -0.06]);
    const said = adviceOn({ ...harmed, sampleRatio: { ...harmed.sampleRatio, alarm: true } }, [
      { metric: 'quality', worseBy: 0.05 },
    ]);
    expect(said.map(({ tone }) => tone)).toEqual(['bad', 'bad', 'bad']);
    expect(said[0]!.text).toContain('do not trust');
    expect(said[1]!.text).toBe('treatment is surely worse in quality than its guardrail of 0.05 allows.');
  });
});

describe('a guardrail', () => {
  it.each([
    [[-0.09, -0.06], 'tripped'],
    [[-0.09, -0.01], 'open'],
    [[-0.04, 0.01], 'safe'],
  ] as const)('is with %j of worse by 0.05 %s', ([low, high], state) => {
    const harmed: ArmMetric = { ...arm, comparison: { ...comparison, alwaysValidInterval: { low, high } } };
    expect(guardrailState({ metric: 'quality', worseBy: 0.05 }, quality, harmed)).toBe(state);
  });

  it('is open where nothing is compared yet', () => {
    expect(guardrailState({ metric: 'quality', worseBy: 0.05 }, quality, quality.arms[0]!)).toBe('open');
  });
});
