import { expect, test } from 'vitest';
import { compareRouted, type RoutedDecision } from '../../../src/core/experiment/routed-comparison.js';
import { rngFromSeed } from '../../../src/core/random.js';
import type { ArmId } from '../../../src/core/registry/model.js';

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
