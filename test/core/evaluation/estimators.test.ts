import { describe, expect, it } from 'vitest';
import {
  estimateValue,
  type Estimator,
  type RewardedDecision,
} from '../../../src/core/evaluation/estimators.js';
import { weighed, type EvaluatedDecision } from '../../../src/core/evaluation/evaluated-decision.js';
import { bernsteinInterval, martingaleInterval } from '../../../src/core/evaluation/intervals.js';
import { ReportingTally, type ReportingTest } from '../../../src/core/evaluation/reporting-tests.js';
import { supportOf, type Support } from '../../../src/core/evaluation/support.js';
import { rngFromSeed, type Rng } from '../../../src/core/random.js';
import type { ArmId } from '../../../src/core/registry/model.js';

const MEANS = [0.4, 0.6, 0.7];
const TARGET = [0.1, 0.2, 0.7];
const TRUTH = MEANS.reduce((sum, mean, k) => sum + TARGET[k]! * mean, 0);
const ARMS = [1, 2, 3] as ArmId[];

type Rewarded = EvaluatedDecision & { readonly reward: number };

function drawn(rng: Rng, probabilities: readonly number[]): number {
  let left = rng();
  for (let k = 0; k < probabilities.length; k++) {
    left -= probabilities[k]!;
    if (left < 0) return k;
  }
  return probabilities.length - 1;
}

/** The log of a policy that learns: a fifth evenly, the rest on the arm that has been best so far. */
function adaptiveLog(rng: Rng, decisions: number): Rewarded[] {
  const counts = MEANS.map(() => 1);
  const sums = MEANS.map(() => 0.5);
  return Array.from({ length: decisions }, () => {
    const predicted = sums.map((sum, k) => sum / counts[k]!);
    const best = predicted.indexOf(Math.max(...predicted));
    const logged = MEANS.map((_, k) => 0.2 / 3 + (k === best ? 0.8 : 0));
    const chosen = drawn(rng, logged);
    const reward = rng() < MEANS[chosen]! ? 1 : 0;
    counts[chosen]! += 1;
    sums[chosen]! += reward;
    return { logged, target: TARGET, outside: 0, predicted, chosen, reward };
  });
}

const valuesOf = (decisions: readonly Rewarded[]) =>
  estimateValue(decisions.map((decision) => weighed(decision) as RewardedDecision));

const estimatesOf = (decisions: readonly Rewarded[]) =>
  new Map(valuesOf(decisions).map((estimate) => [estimate.estimator, estimate]));

describe('off-policy estimators', () => {
  it('are their formulas: by hand for two decisions', () => {
    const shared = { logged: [0.5, 0.5], outside: 0, predicted: [0.2, 0.6] };
    const found = estimatesOf([
      { ...shared, target: [1, 0], chosen: 0, reward: 0.4 },
      { ...shared, target: [0.5, 0.5], chosen: 1, reward: 1 },
    ]);
    expect(found.get('ips')!.value).toBeCloseTo((2 * 0.4 + 1 * 1) / 2, 12);
    expect(found.get('snips')!.value).toBeCloseTo((2 * 0.4 + 1 * 1) / 3, 12);
    expect(found.get('dr')!.value).toBeCloseTo((0.2 + 2 * 0.2 + (0.4 + 1 * 0.4)) / 2, 12);
  });

  it('leave out the correction of weights above ten in switch-DR alone', () => {
    const found = estimatesOf([
      { logged: [0.05, 0.95], target: [1, 0], outside: 0, predicted: [0.3, 0.5], chosen: 0, reward: 1 },
    ]);
    expect(found.get('switch-dr')!.value).toBeCloseTo(0.3, 12);
    expect(found.get('dr')!.value).toBeCloseTo(0.3 + 20 * 0.7, 12);
  });

  it('find the value of another policy in the log of one that learned, with intervals that hold', () => {
    const rng = rngFromSeed(5n);
    const repetitions = 500;
    const covered = new Map<Estimator, { asymptotic: number; bernstein: number; sum: number }>();
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const { estimator, value, asymptotic, bernstein } of valuesOf(adaptiveLog(rng, 800))) {
        const counts = covered.get(estimator) ?? { asymptotic: 0, bernstein: 0, sum: 0 };
        counts.sum += value;
        if (asymptotic.low <= TRUTH && TRUTH <= asymptotic.high) counts.asymptotic += 1;
        if (bernstein && bernstein.low <= TRUTH && TRUTH <= bernstein.high) counts.bernstein += 1;
        covered.set(estimator, counts);
      }
    }
    for (const [estimator, { asymptotic, bernstein, sum }] of covered) {
      if (estimator !== 'switch-dr')
        expect(Math.abs(sum / repetitions - TRUTH), estimator).toBeLessThan(0.01);
      if (estimator === 'ips' || estimator === 'dr') {
        expect(asymptotic / repetitions, estimator).toBeGreaterThan(0.92);
        expect(asymptotic / repetitions, estimator).toBeLessThanOrEqual(0.98);
        expect(bernstein / repetitions, estimator).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  it('refuse to estimate from nothing', () => {
    expect(() => estimateValue([])).toThrow(RangeError);
  });
});

describe('intervals', () => {
  it('grow narrow with the square root of the sample, and never leave their range', () => {
    const rng = rngFromSeed(9n);
    const terms = (n: number): number[] => Array.from({ length: n }, () => (rng() < 0.3 ? 1 : 0));
    const width = (n: number): number => {
      const { low, high } = bernsteinInterval(terms(n), { low: 0, high: 1 });
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      return high - low;
    };
    expect(width(10)).toBeGreaterThan(0.5);
    expect(width(1_000) / width(16_000)).toBeGreaterThan(3);
    expect(martingaleInterval([0.4], 0.4)).toEqual({ low: -Infinity, high: Infinity });
  });

  it('of Bernstein hold for a mean near the end of the range, where the central limit theorem does not', () => {
    const rng = rngFromSeed(13n);
    let [held, asymptotic] = [0, 0];
    for (let run = 0; run < 500; run++) {
      const terms = Array.from({ length: 100 }, () => (rng() < 0.01 ? 1 : 0));
      const { low, high } = bernsteinInterval(terms, { low: 0, high: 1 });
      if (low <= 0.01 && high >= 0.01) held += 1;
      const mean = terms.reduce<number>((sum, term) => sum + term, 0) / 100;
      const normal = martingaleInterval(terms, mean);
      if (normal.low <= 0.01 && normal.high >= 0.01) asymptotic += 1;
    }
    expect(held / 500).toBeGreaterThanOrEqual(0.95);
    expect(asymptotic / 500).toBeLessThan(0.8);
  });
});

describe('support', () => {
  const decision = (changes: Partial<Rewarded> = {}): Rewarded => ({
    logged: [0.5, 0.5],
    target: [0.5, 0.5],
    outside: 0,
    predicted: [0.5, 0.5],
    chosen: 0,
    reward: 1,
    ...changes,
  });
  const support = (decisions: readonly EvaluatedDecision[]): Support => supportOf(decisions.map(weighed));
  const reportingTests = (decisions: readonly EvaluatedDecision[]): ReportingTest[] => {
    const tally = new ReportingTally();
    for (const { logged, chosen, reward } of decisions)
      tally.add({ armIds: ARMS, logged, chosen, isReported: reward !== undefined });
    return tally.tests();
  };
  const repeated = (count: number, changes?: Partial<Rewarded>): Rewarded[] =>
    Array.from({ length: count }, () => decision(changes));

  it('is full where the policies are the same', () => {
    expect(support(repeated(200))).toMatchObject({
      effectiveDecisions: 200,
      largestWeight: 1,
      unsupportedShare: 0,
      objections: [],
    });
  });

  it('objects where too few decisions are like the target’s, and says how many would do', () => {
    const { objections, effectiveDecisions, neededRewarded } = support([
      ...repeated(90, { target: [0, 1] }),
      ...repeated(10, { target: [0, 1], chosen: 1 }),
    ]);
    expect(effectiveDecisions).toBeCloseTo(10, 9);
    expect(objections).toHaveLength(1);
    expect(objections[0]).toContain('about 1000 decisions');
    expect(neededRewarded).toBe(1000);
  });

  it('counts what is not a candidate, and what the log never picks', () => {
    const { unsupportedShare, objections } = support(
      repeated(200, { logged: [1, 0], target: [0.7, 0.1], outside: 0.2 }),
    );
    expect(unsupportedShare).toBeCloseTo(0.3, 12);
    expect(objections[0]).toContain('30.0 %');
  });

  it('objects where what the log tries once in hundreds of decisions was not tried, whatever the drawn weights say', () => {
    // One choice in two has a weight of 500, and in 200 decisions a tenth of a draw is to be expected.
    const seldom: Partial<Rewarded> = { logged: [0.999, 0.001], target: [0.5, 0.5] };
    const short = support(repeated(200, seldom));
    expect(short.effectiveDecisions).toBeCloseTo(200, 9);
    expect(short.seldomShare).toBeCloseTo(0.5, 12);
    expect(short.objections).toEqual([
      "50.0 % of its choices are made so seldom by the log's policy that this log need not have any; about 5120 decisions with a reward are needed, or a floor",
    ]);
    expect(short.neededRewarded).toBe(5120);
    // What is one choice in a hundred can move no figure by more than that.
    expect(support([...repeated(198), ...repeated(2, seldom)])).toMatchObject({
      seldomShare: 0.005,
      objections: [],
    });
    expect(support(repeated(5120, seldom))).toMatchObject({ seldomShare: 0, objections: [] });
  });

  it('takes a decision without a report for missing, and finds where reports are selective', () => {
    const rng = rngFromSeed(21n);
    const log = adaptiveLog(rng, 2_000);
    const silent = log.map(({ reward, ...rest }) =>
      rest.chosen === 2 && reward === 0 ? rest : { ...rest, reward },
    );
    expect(support(silent).rewarded).toBeLessThan(2_000);
    expect(Math.max(...reportingTests(log).map(({ z }) => Math.abs(z)))).toBeLessThan(4);
    const third = reportingTests(silent).find(({ armId }) => armId === ARMS[2])!;
    expect(third.z).toBeLessThan(-4);
    // Three in ten answers of the third arm earn nothing.
    expect(third.reported / third.decisions).toBeGreaterThan(0.6);
    expect(third.reported / third.decisions).toBeLessThan(0.8);
  });
});
