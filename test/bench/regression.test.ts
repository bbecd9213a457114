import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedVariant } from '../../bench/quality/bench-policy.js';
import { benchSet } from '../../bench/quality/bench-set.js';
import type { OutcomeSet } from '../../bench/quality/outcome-set.js';
import { replay } from '../../bench/quality/replay.js';
import { regretOf } from '../../bench/regression/regret.js';
import { SCENARIOS, seasonalOrder } from '../../bench/regression/scenarios.js';
import { toySet } from './toy-set.js';

const WEIGHTS = { quality: 1, cost: 0 };
const PROMPTS = 240;
const GOOD = 'acme/good';
const FAIR = 'acme/fair';

let folder = '';
let set: OutcomeSet;

beforeAll(() => {
  folder = toySet(
    Array.from({ length: PROMPTS }, (_, i) => ({
      text: `Question ${i}?`,
      dataset: i % 2 === 0 ? 'a' : 'b',
      outcomes: { [GOOD]: { quality: 0.9, costUsd: 0.001 }, [FAIR]: { quality: 0.6, costUsd: 0.001 } },
    })),
  );
  set = benchSet({ folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

const fixed = { name: 'fixed', bandit: { policy: 'fixed', fixedModel: GOOD } };

describe('regret', () => {
  it('is what the best model of the stage would have earned more, by hand for one model throughout', () => {
    const stages = [{ from: 0 }, { from: 1 / 2, qualityFactor: { [GOOD]: 0.5 } }];
    const run = replay(set, { variant: fixed, weights: WEIGHTS, seed: 1, stages });
    const [before, after] = regretOf(set, run, { weights: WEIGHTS, stages });
    expect(before).toEqual({
      fixed: expect.closeTo(0, 12) as number,
      oracle: expect.closeTo(0, 12) as number,
    });
    expect(after!.fixed).toBeCloseTo(0.6 - 0.45, 12);
  });

  it('counts a failed call as nothing earned, and a learner leaves the model that fails', () => {
    // The longer a model did well, the longer it is believed in.
    const stages = [{ from: 0 }, { from: 1 / 4, failing: [GOOD] }];
    const spec = { weights: WEIGHTS, seed: 1, stages };
    const loss = (variant: typeof fixed | ReturnType<typeof namedVariant>): number =>
      regretOf(set, replay(set, { ...spec, variant }), { weights: WEIGHTS, stages })[1]!.fixed;
    expect(loss(fixed)).toBeCloseTo(0.6, 12);
    expect(loss(namedVariant('beta'))).toBeLessThan(0.3);
  });
});

describe('the seasonal order', () => {
  it('has every prompt once, and a season has its own data sets', () => {
    const order = seasonalOrder(set, 5);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: PROMPTS }, (_, i) => i));
    const shareOfA = (season: number): number => {
      const part = [...order].slice((season * PROMPTS) / 4, ((season + 1) * PROMPTS) / 4);
      return part.filter((p) => set.prompts[p]!.dataset === 'a').length / part.length;
    };
    expect(Math.abs(shareOfA(0) - shareOfA(1))).toBeGreaterThan(0.6);
    expect(seasonalOrder(set, 5)).toEqual(order);
  });
});

it('the scenarios of the bed are those that are asked for', () => {
  expect(SCENARIOS.map(({ name }) => name)).toEqual([
    'price drop',
    'quality fall',
    'outage',
    'partial outage',
    'newcomer',
    'seasonal mix',
  ]);
});
