import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { estimateValue, type RewardedDecision } from '../../../src/core/evaluation/estimators.js';
import { weighed } from '../../../src/core/evaluation/evaluated-decision.js';

/** Made by make_reference.py beside it, with obp 0.5.7. */
interface Reference {
  readonly obp: Readonly<Record<string, number>>;
  readonly log: readonly {
    readonly action: number;
    readonly reward: number;
    readonly logging_dist: readonly number[];
    readonly action_dist: readonly number[];
    readonly estimated_rewards: readonly number[];
  }[];
}

const file = new URL('../../fixtures/obp/reference.json', import.meta.url);
const { obp, log } = JSON.parse(readFileSync(file, 'utf8')) as Reference;

it('estimates are those of the Open Bandit Pipeline, also where weights are above the switch', () => {
  const decisions = log.map(({ action, reward, logging_dist, action_dist, estimated_rewards }) =>
    weighed({
      logged: logging_dist,
      target: action_dist,
      outside: 0,
      predicted: estimated_rewards,
      chosen: action,
      reward,
    }),
  ) as RewardedDecision[];
  expect(decisions.some(({ weight }) => weight > 10)).toBe(true);
  const found = estimateValue(decisions);
  expect(found.map(({ estimator }) => estimator).sort()).toEqual(Object.keys(obp).sort());
  for (const { estimator, value } of found)
    expect(Math.abs(value - obp[estimator]!), estimator).toBeLessThan(1e-9);
});
