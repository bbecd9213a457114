import { describe, expect, it } from 'vitest';
import { emptyArmStats, STAT, type ArmStats } from '../../../src/core/learning/arm-stats.js';
import { SUCCESS_OF_STATUS } from '../../../src/core/learning/observe-execution.js';
import { observe } from '../../../src/core/learning/observe.js';
import { OUTCOME_STATUSES, type Execution, type OutcomeStatus } from '../../../src/core/outcome/outcome.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const WEIGHTS = {
  quality: 2,
  success: 3,
  tokens: 5,
  latency: 7,
  cost: 11,
  labels: 37,
  seconds12: 13,
  seconds72: 17,
  minutes7: 19,
  minutes43: 23,
  hours4: 29,
  hours26: 31,
};
const EXECUTION: Execution = { status: 'success', latencyMs: 800, outputTokens: 300, costNanoUsd: 4_000 };

function seen(execution: Execution): ArmStats {
  const stats = emptyArmStats();
  observe(stats, outcomeOf(1, { execution }), WEIGHTS);
  return stats;
}
const taught = (stats: ArmStats): string[] =>
  Object.entries(STAT)
    .filter(([, i]) => stats[i] !== 0)
    .map(([name]) => name);

const SUCCESS_SUMS = ['successW', 'successX', 'successW2'];
const COST_SUMS = ['costW', 'costX'];
const ANSWER_SUMS = [
  ...SUCCESS_SUMS,
  ...['tokensW', 'tokensX', 'tokensLn', 'tokensLn2', 'latencyW', 'latencyX', 'latencyLn', 'latencyLn2'],
  ...COST_SUMS,
];
const FAILURE_SUMS = ['successW', 'successW2', ...COST_SUMS];

describe('what a status teaches', () => {
  it.each<[OutcomeStatus, string[]]>([
    ['success', ANSWER_SUMS],
    ['rate_limited', FAILURE_SUMS],
    ['timeout', FAILURE_SUMS],
    ['server_error', FAILURE_SUMS],
    ['content_filtered', COST_SUMS],
    ['context_too_long', COST_SUMS],
    ['invalid_request', COST_SUMS],
    ['cancelled', COST_SUMS],
  ])('%s', (status, sums) => {
    expect(taught(seen({ ...EXECUTION, status }))).toEqual(sums);
  });

  it('is decided for every status', () => {
    expect(Object.keys(SUCCESS_OF_STATUS).sort()).toEqual([...OUTCOME_STATUSES].sort());
  });
});

describe('observe', () => {
  it('adds each sum with the weight of its group', () => {
    const stats = seen(EXECUTION);
    expect([stats[STAT.successW], stats[STAT.successX], stats[STAT.successW2]]).toEqual([3, 3, 9]);
    expect([stats[STAT.tokensW], stats[STAT.tokensX]]).toEqual([5, 1500]);
    expect(stats[STAT.tokensLn]).toBeCloseTo(5 * Math.log(300), 10);
    expect(stats[STAT.tokensLn2]).toBeCloseTo(5 * Math.log(300) ** 2, 10);
    expect([stats[STAT.latencyW], stats[STAT.latencyX]]).toEqual([7, 5600]);
    expect([stats[STAT.costW], stats[STAT.costX]]).toEqual([11, 44_000]);
  });

  it('learns quality from quality alone', () => {
    const stats = emptyArmStats();
    observe(stats, qualityOf(1), WEIGHTS);
    expect(taught(stats)).toEqual(['qualityW', 'qualityX', 'qualityXX', 'qualityW2']);
    expect([...stats.slice(0, 4)]).toEqual([2, 1.5, 1.125, 4]);
  });

  it('counts a quality that was asked for with probability p once more, as 1/p of them', () => {
    const labelProbabilityQ16 = 65_536 / 4;
    const stats = emptyArmStats();
    observe(stats, qualityOf(1, { labelProbabilityQ16 }), WEIGHTS);
    const { labelW, labelX, labelXX, labelW2 } = STAT;
    expect([labelW, labelX, labelXX, labelW2].map((i) => stats[i])).toEqual([148, 111, 83.25, 148 * 148]);
    expect(stats[STAT.qualityW]).toBe(2);
    const ofFallback = emptyArmStats();
    observe(ofFallback, qualityOf(1, { labelProbabilityQ16, attempt: 1 }), WEIGHTS);
    expect(ofFallback[STAT.labelW]).toBe(0);
  });

  it('learns nothing of what was not told', () => {
    expect(taught(seen({ status: 'success' }))).toEqual(SUCCESS_SUMS);
    expect(taught(seen({ status: 'cancelled' }))).toEqual([]);
  });

  it('takes a length below one for one in the logarithm, never −∞', () => {
    const stats = seen({ status: 'success', outputTokens: 0, latencyMs: 0.2 });
    expect([stats[STAT.tokensLn], stats[STAT.latencyLn]]).toEqual([0, 0]);
  });
});

describe('what an answer tells beyond its length', () => {
  const sums = (execution: Partial<Execution>, changes = {}): ArmStats => {
    const stats = emptyArmStats();
    const told: Execution = { status: 'success', ...execution };
    observe(stats, outcomeOf(1, { execution: told, ...changes }), WEIGHTS);
    return stats;
  };

  it('thinking counts apart from answers that told of none', () => {
    const some = sums({ reasoningTokens: 800 });
    expect([some[STAT.thinkingToldW], some[STAT.thinkingW], some[STAT.thinkingX]]).toEqual([5, 5, 4000]);
    const none = sums({ reasoningTokens: 0 });
    expect([none[STAT.thinkingToldW], none[STAT.thinkingW]]).toEqual([5, 0]);
  });

  it('time per token is what the first leaves, over the tokens after it', () => {
    const stats = sums({ latencyMs: 1400, timeToFirstTokenMs: 400, outputTokens: 101 });
    expect(stats[STAT.firstTokenX]).toBe(7 * 400);
    expect(stats[STAT.perTokenX]).toBeCloseTo(7 * 10, 9);
    expect(sums({ latencyMs: 1400, timeToFirstTokenMs: 400, outputTokens: 1 })[STAT.perTokenW]).toBe(0);
  });

  it('a cost is compared with its interval only where the ticket had one', () => {
    const compared = { expectedCostNanoUsd: 1000, costInterval: 0x4040 };
    const at = (costNanoUsd: number): (number | undefined)[] => {
      const stats = sums({ costNanoUsd }, compared);
      return [STAT.comparedW, STAT.comparedInside, STAT.comparedAbove].map((i) => stats[i]);
    };
    expect(at(1000)).toEqual([11, 11, 0]);
    expect(at(5000)).toEqual([11, 0, 11]);
    expect(at(100)).toEqual([11, 0, 0]);
    expect(sums({ costNanoUsd: 1000 }, { expectedCostNanoUsd: 1000 })[STAT.comparedW]).toBe(0);
  });
});
