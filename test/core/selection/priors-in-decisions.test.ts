import { describe, expect, it } from 'vitest';
import type { UseCase } from '../../../src/core/ids.js';
import { deliberate } from '../../../src/core/selection/decide.js';
import { BANDIT, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf, scoresOf } from '../../builders/question.js';

const rate = (mean: number) => ({ models: { 'acme/small': { quality: { mean, strength: 5 } } } });
const priors = {
  levels: { high: rate(0.2) },
  useCases: { sql: { ...rate(0.3), levels: { low: rate(0.4) } } },
};

/** The quality that a model is believed to have before any outcome. */
async function qualityOf(policyName: string, useCase: string, score: number): Promise<number> {
  const policy = await smallPolicy({ priors, bandit: { ...BANDIT, policy: policyName } });
  const question = questionOf({ useCase: useCase as UseCase });
  const input = { ...question.input, complexity: scoresOf(score) };
  const { candidates } = deliberate(
    snapshotOf(policy),
    { ...question, input },
    { nowMs: 1_770_000_000_000, explain: false },
  );
  return candidates.find(({ model }) => model.id === 'acme/small')!.belief.quality.mean;
}

describe('a decision', () => {
  it.each([
    ['chat', 0, 0.75],
    ['chat', 1, 0.2],
    ['sql', 0, 0.4],
    ['sql', 1, 0.3],
  ])('starts %s at complexity %d from the quality that its place states', async (useCase, score, mean) => {
    expect(await qualityOf('beta', useCase, score)).toBeCloseTo(mean, 10);
  });

  it.each([
    ['chat', 0, 0.75],
    ['chat', 1, 0.75],
    ['sql', 0, 0.3],
    ['sql', 1, 0.3],
  ])('by regression, starts %s at complexity %d from its use case alone', async (useCase, score, mean) => {
    expect(await qualityOf('linear', useCase, score)).toBeCloseTo(mean, 10);
  });
});
