import { expect, test } from 'vitest';
import { compareRouted, type RoutedDecision } from '../../../src/core/experiment/routed-comparison.js';
import { rngFromSeed } from '../../../src/core/random.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { adaptiveLog, armOf } from './adaptive-log.js';

const [GOOD, BAD] = [1 as ArmId, 2 as ArmId];

/** Hard requests go to the good model, easy ones to the bad: as routed, the bad one looks better. */
function confounded(count: number, seed: bigint, predictedBad = 0.6): RoutedDecision[] {
  const rng = rngFromSeed(seed);
  return Array.from({ length: count }, () => {
    const isHard = rng() < 0.5;
    const toGood = isHard ? 0.9 : 0.1;
    const chosen = rng() < toGood ? GOOD : BAD;
    const truth = (isHard ? 0.4 : 0.8) + (chosen === GOOD ? 0.1 : 0);
    return {
      candidates: [
        { armId: GOOD, propensity: toGood, predicted: 0.7 },
        { armId: BAD, propensity: 1 - toGood, predicted: predictedBad },
      ],
      chosen,
      quality: Number(rng() < truth),
    };
  });
}

test('figures are those of a calculation by hand', () => {
  const candidates = (toGood: number) => [
    { armId: GOOD, propensity: toGood, predicted: 0.6 },
    { armId: BAD, propensity: 1 - toGood, predicted: 0.4 },
  ];
  // ψ(good) = 0.6 + 2·(1 − 0.6) = 1.4 and ψ(bad) = 0.4; then ψ(good) = 0.6 and ψ(bad) = 0.4 + 4·(0 − 0.4) = −1.2.
  const both: readonly RoutedDecision[] = [
    { candidates: candidates(0.5), chosen: GOOD, quality: 1 },
    { candidates: candidates(0.75), chosen: BAD, quality: 0 },
  ];
  const times = 30;
  const [good, bad] = compareRouted(Array.from({ length: times }, () => both).flat());
  expect([good!.chosen, good!.asRouted, good!.supported]).toEqual([times, 1, 2 * times]);
  expect([bad!.chosen, bad!.asRouted, bad!.supported]).toEqual([times, 0, 2 * times]);
  expect(good!.mean).toBeCloseTo(1, 12);
  expect(bad!.mean).toBeCloseTo(-0.4, 12);
  // Terms lie 0.4 from their mean for the good, 0.8 for the bad, and 0.4 for the difference.
  const half = (distance: number): number => 1.959964 * Math.sqrt((60 * distance ** 2) / 59 / 60);
  expect(good!.interval.high - 1).toBeCloseTo(half(0.4), 6);
  expect(bad!.interval.high + 0.4).toBeCloseTo(half(0.8), 6);
  expect(good!.difference).toBeUndefined();
  expect(bad!.difference!.value).toBeCloseTo(-1.4, 12);
  expect(bad!.difference!.interval.low + 1.4).toBeCloseTo(-half(0.4), 6);
  expect(bad!.difference!.decisions).toBe(2 * times);
});

test('on the log of a policy that learns, means as routed are biased; AIPW is not, and its intervals hold', () => {
  const RUNS = 200;
  for (const truth of [
    [0.7, 0.7],
    [0.8, 0.7],
  ]) {
    const count = { means: 0, held: 0, differences: 0, heldDifferences: 0, errors: 0, squares: 0, routed: 0 };
    for (let run = 0; run < RUNS; run++) {
      const arms = compareRouted(adaptiveLog({ truth, floor: 0.05, decisions: 600, seed: BigInt(run + 1) }));
      const truthOf = (armId: ArmId): number => truth.find((_, k) => armOf(k) === armId)!;
      for (const { armId, mean, interval, asRouted, difference } of arms) {
        const error = mean - truthOf(armId);
        count.means += 1;
        count.errors += error;
        count.squares += error ** 2;
        count.routed += asRouted - truthOf(armId);
        count.held += Number(interval.low <= truthOf(armId) && truthOf(armId) <= interval.high);
        if (difference === undefined) continue;
        const gap = truthOf(armId) - truthOf(arms[0]!.armId);
        count.differences += 1;
        count.heldDifferences += Number(difference.interval.low <= gap && gap <= difference.interval.high);
      }
    }
    const bias = count.errors / count.means;
    const standardError = Math.sqrt(count.squares / count.means / count.means);
    expect(Math.abs(bias)).toBeLessThan(3 * standardError);
    // The arm that was unlucky is tried no more, and keeps its bad luck (Nie, Tian, Taylor & Zou, 2018).
    expect(count.routed / count.means).toBeLessThan(-3 * standardError);
    for (const [held, of] of [
      [count.held, count.means],
      [count.heldDifferences, count.differences],
    ] as const) {
      // Five standard errors below 95 %.
      expect(of).toBeGreaterThanOrEqual(RUNS);
      expect(held / of).toBeGreaterThan(0.95 - 5 * Math.sqrt((0.95 * 0.05) / of));
    }
  }
}, 120_000);

test('models are compared as if each had answered all, where routing alone makes the worse look better', () => {
  const arms = compareRouted(confounded(20_000, 3n));
  const [good, bad] = [GOOD, BAD].map((id) => arms.find(({ armId }) => armId === id)!);
  expect(bad!.asRouted - good!.asRouted).toBeGreaterThan(0.1);
  const { difference } = arms[1]!;
  const truth = arms[1]!.armId === BAD ? -0.1 : 0.1;
  const standardError = (difference!.interval.high - difference!.interval.low) / 2 / 1.96;
  expect(Math.abs(difference!.value - truth)).toBeLessThan(5 * standardError);
  expect(standardError).toBeLessThan(0.02);
});

test('95 % intervals of the difference cover the truth, whatever was predicted', () => {
  let covered = 0;
  for (let run = 0; run < 200; run++) {
    const arms = compareRouted(confounded(1_500, BigInt(run + 1), 0.1));
    const truth = arms[1]!.armId === BAD ? -0.1 : 0.1;
    const { low, high } = arms[1]!.difference!.interval;
    covered += Number(low <= truth && truth <= high);
  }
  // Five standard errors below 95 %.
  expect(covered).toBeGreaterThan(200 * (0.95 - 5 * Math.sqrt((0.95 * 0.05) / 200)));
});

test('what could not have been chosen is no evidence, and what was seldom chosen is left out', () => {
  const only = confounded(200, 1n).map((decision) => ({
    ...decision,
    chosen: GOOD,
    candidates: [{ armId: GOOD, propensity: 1, predicted: 0.5 }],
  }));
  const rare = { ...confounded(1, 1n)[0]!, chosen: BAD };
  const arms = compareRouted([...only, rare]);
  expect(arms.map(({ armId }) => armId)).toEqual([GOOD]);
  expect(compareRouted([])).toEqual([]);
});
