import { describe, expect, it } from 'vitest';
import { crossingProbability } from '../../bench/experiments/crossing.js';
import {
  powerScenario,
  theoreticalAlwaysValid,
  theoreticalFixed,
} from '../../bench/experiments/power-scenario.js';
import { AA_SCENARIOS, LEARNING_SCENARIO } from '../../bench/experiments/scenarios.js';
import { peek } from '../../bench/experiments/simulate.js';
import { rngFromSeed } from '../../src/core/random.js';

const SEED = 7n;
const play = (scenario: Parameters<typeof peek>[0], runs: number) =>
  Array.from({ length: runs }, (_, i) => peek(scenario, rngFromSeed((SEED << 32n) | BigInt(i))));
/** Five standard errors above. */
const atMost = (rate: number, runs: number): number => runs * rate + 5 * Math.sqrt(runs * rate * (1 - rate));

/** The short form of make bench-experiments, seeded. */
describe('experiments that are looked at after every report', () => {
  it.each([...AA_SCENARIOS, LEARNING_SCENARIO])(
    'A/A, $title: always-valid intervals err in at most 5 %, while fixed ones err far more often',
    (scenario) => {
      const runs = play(scenario, 60);
      expect(runs.filter((run) => run.alwaysValid).length).toBeLessThanOrEqual(atMost(0.05, 60));
      expect(runs.filter((run) => run.sampleRatioAlarm)).toEqual([]);
      expect(runs.filter((run) => run.fixedPeeked).length).toBeGreaterThan(60 * 0.05);
    },
    60_000,
  );

  it('a known lift is seen as often as theory says', () => {
    const runs = play(powerScenario(0.026), 200);
    const share = (is: (run: (typeof runs)[number]) => boolean): number => runs.filter(is).length / 200;
    const tolerance = 5 * Math.sqrt(0.25 / 200);
    expect(Math.abs(share((run) => run.fixedAtEnd) - theoreticalFixed(0.026))).toBeLessThan(tolerance);
    expect(Math.abs(share((run) => run.alwaysValid) - theoreticalAlwaysValid(0.026))).toBeLessThan(tolerance);
  }, 60_000);
});

describe('the probability of ever crossing', () => {
  it('is the published one of repeated tests (Armitage, McPherson & Rowe 1969, Table 2)', () => {
    const repeated = (looks: number): number =>
      crossingProbability({ drift: 0, steps: looks, firstLook: 1, boundary: (n) => 1.96 * Math.sqrt(n) });
    // Of 1, 2, 5 and 10 looks at the 5 % level; the grid's cells are a quarter of a step.
    for (const [looks, published] of [
      [5, 0.142],
      [10, 0.193],
    ] as const)
      expect(Math.abs(repeated(looks) - published)).toBeLessThan(0.02);
  });
});
