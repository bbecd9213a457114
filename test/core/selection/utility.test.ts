import { beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/core/selection/policy.js';
import type { Candidate } from '../../../src/core/selection/candidate.js';
import { answeredMoments, overallUtility, type UtilityTerms } from '../../../src/core/selection/utility.js';
import { modelEntry, smallPolicy } from '../../builders/policy.js';

let policy: Policy;
beforeAll(async () => {
  policy = await smallPolicy({ models: [modelEntry('acme/a')] });
});

/** Success is all but certain, so that quality alone is uncertain. */
const SURE = { alpha: 1e12, beta: 1e-6 };
const candidate = {
  belief: {
    success: SURE,
    quality: { mean: 0.8, variance: 0.05, slopeVariance: 0.04, noise: 0.02 },
    overallQuality: 0.7,
    pulls: 18,
  },
  cost: { meanNanoUsd: 0 },
  latencyMs: 0,
} as unknown as Candidate;

const termsOf = (thompsonScale = { intercept: 1, slopes: 1 }): UtilityTerms => ({
  weights: { quality: 0.5, cost: 0.5, latency: 0 },
  settings: { ...policy.bandit, linear: { ...policy.bandit.linear, thompsonScale } },
  lambda: 0,
});

describe('the deviation of a Thompson draw', () => {
  it('is the posterior’s where both scales are 1', () => {
    expect(answeredMoments(candidate, termsOf()).sd).toBeCloseTo(Math.sqrt(0.05), 6);
  });

  it('scales what the level and what the slopes add, each by its own', () => {
    const { sd } = answeredMoments(candidate, termsOf({ intercept: 0.7, slopes: 0.2 }));
    expect(sd).toBeCloseTo(Math.sqrt(0.49 * 0.01 + 0.04 * 0.04), 6);
  });
});

describe('utility over all requests', () => {
  it('is the weighted overall quality, known as well as the outcomes allow', () => {
    const { utilityMean, utilitySd } = overallUtility(candidate, termsOf());
    expect(utilityMean).toBeCloseTo(0.35, 6);
    expect(utilitySd).toBeCloseTo(0.5 * Math.sqrt(0.02 / 20), 6);
  });
});
