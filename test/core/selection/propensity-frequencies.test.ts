import { describe, expect, it } from 'vitest';
import { betaMarginal } from '../../../src/core/bandit/marginal.js';
import { normalMarginal } from '../../../src/core/bandit/normal-marginal.js';
import { probabilityOfBest } from '../../../src/core/bandit/probability-of-best.js';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import { sampleBeta, sampleNormal } from '../../../src/core/bandit/sample.js';
import { contextLayoutOf } from '../../../src/core/selection/policy.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { rngFromSeed, type Rng } from '../../../src/core/random.js';
import { deliberate, draw } from '../../../src/core/selection/decide.js';
import { START_MS } from '../../builders/learning.js';
import { modelEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { chiSquared, chiSquaredLimit, totalVariation } from '../../builders/statistics.js';

const SELECTS = 200_000;

describe('200,000 Selects at one state (χ², once in 200)', () => {
  it.each(['linear', 'beta'] as const)(
    '%s chooses each model as often as is logged, of 1, 3 and 50',
    { timeout: 120_000 },
    async (name) => {
      for (const count of [1, 3, 50]) {
        const models = Array.from({ length: count }, (_, k) =>
          modelEntry(`acme/m${k}`, { prices: { inputUsdPerMTok: 1 + k / 10, outputUsdPerMTok: 4 + k / 5 } }),
        );
        const policy = await smallPolicy({ models, bandit: { policy: name } });
        const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
        const snapshot = snapshotOf(policy, learning);
        const considered = deliberate(snapshot, questionOf(), { nowMs: START_MS, explain: false });
        const places = new Map(considered.candidates.map(({ model }, k) => [model.id, k]));
        const counts = new Float64Array(count);
        for (let seed = 0; seed < SELECTS; seed++) {
          const { chain } = draw(considered, BigInt(seed) * 0x9e37_79b9n, 0);
          counts[places.get(chain[0]!.model.id)!]! += 1;
        }
        const logged = considered.candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE);
        // An arm that is not supported adds no degree of freedom, and may not be chosen.
        const degrees = logged.filter((p) => p > 0).length - 1;
        const statistic = chiSquared(counts, logged);
        if (degrees === 0) expect(statistic).toBe(0);
        else expect(statistic).toBeLessThan(chiSquaredLimitFor(degrees));
      }
    },
  );
});

/** The table's limit, or Wilson and Hilferty's (1931) where it has no row: d·(1 − 2/9d + z·√(2/9d))³, z of 0.995. */
function chiSquaredLimitFor(degrees: number): number {
  if (degrees <= 30) return chiSquaredLimit(degrees);
  const share = 2 / (9 * degrees);
  return degrees * (1 - share + 2.5758 * Math.sqrt(share)) ** 3;
}

const DRAWS = 1_000_000;
const BOUND = 0.002;
/**
 * A share estimated from n draws is off by √(2p(1 − p)/πn) on average, so the total variation of sampling alone is
 * ½·Σ√(2p(1 − p)/πn) ≤ √((K − 1)/2πn): 0.0006 for 3 arms and 0.0012 for 10, with deviations much smaller than that.
 */
const samplingNoise = (arms: number): number => Math.sqrt((arms - 1) / (2 * Math.PI * DRAWS));

/** How often each arm is best when utilities are drawn, as Thompson sampling does it. */
function thompsonShares(samplers: readonly ((rng: Rng) => number)[]): Float64Array {
  const rng = rngFromSeed(1933n);
  const shares = new Float64Array(samplers.length);
  for (let i = 0; i < DRAWS; i++) {
    let best = 0;
    let highest = -Infinity;
    for (let k = 0; k < samplers.length; k++) {
      const utility = samplers[k]!(rng);
      if (utility > highest) {
        best = k;
        highest = utility;
      }
    }
    shares[best]! += 1 / DRAWS;
  }
  return shares;
}

describe('the vector against a million Thompson draws (Scott 2010, §2)', () => {
  it.each([2, 3, 10])('is within 0.002 for %d arms of the linear policy', { timeout: 120_000 }, (count) => {
    // Some are close, some are far less sure than others, as arms are at different prices and ages.
    const arms = Array.from({ length: count }, (_, k) => ({
      mean: 0.8 - 0.01 * ((k * 7) % count),
      sd: 0.01 + 0.02 * ((k * 3) % 4),
    }));
    const vector = probabilityOfBest(arms.map(({ mean, sd }) => normalMarginal(mean, sd)));
    const shares = thompsonShares(
      arms.map(
        ({ mean, sd }) =>
          (rng) =>
            mean + sd * sampleNormal(rng),
      ),
    );
    expect(totalVariation(vector, shares)).toBeLessThan(BOUND + samplingNoise(count));
  });

  it.each([2, 3, 10])('is within 0.002 for %d arms of the beta policy', { timeout: 120_000 }, (count) => {
    const arms = Array.from({ length: count }, (_, k) => ({
      shape: { alpha: 1.5 + 9 * ((k * 3) % 5), beta: 0.5 + 3 * ((k * 3) % 5) },
      shift: -0.01 * ((k * 7) % count),
    }));
    const vector = probabilityOfBest(arms.map(({ shape, shift }) => betaMarginal(shape, 0.75, shift, 129)));
    const shares = thompsonShares(
      arms.map(
        ({ shape, shift }) =>
          (rng) =>
            0.75 * sampleBeta(shape, rng) + shift,
      ),
    );
    expect(totalVariation(vector, shares)).toBeLessThan(BOUND + samplingNoise(count));
  });
});
