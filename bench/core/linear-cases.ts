import { LinearArm } from '../../src/core/bandit/linear/linear-arm.js';
import type { LinearPosterior, LinearPrior } from '../../src/core/bandit/linear/linear-posterior.js';
import { normalMarginal } from '../../src/core/bandit/normal-marginal.js';
import { probabilityOfBest } from '../../src/core/bandit/probability-of-best.js';
import { drawArm, quantizePropensities } from '../../src/core/bandit/propensity.js';
import { sampleNormal } from '../../src/core/bandit/sample.js';
import { rngFromSeed, type Rng } from '../../src/core/random.js';
import type { BenchCase } from './measure.js';

const PRIOR: LinearPrior = { interceptMean: 0.75, interceptPrecision: 2, slopePrecision: 25 };
const NOISE_SD = Math.sqrt(0.02);
const THOMPSON_SCALE = 0.5;
/** Outcomes per arm that the arms have learned from, and contexts that take turns. */
const TAUGHT = 400;
const CONTEXTS = 64;

interface Size {
  readonly arms: number;
  readonly coordinates: number;
}

/** Score and choose: mean and variance of every arm at a context, probabilities, rounding, draw. */
export function chooseCase(size: Size, named: Omit<BenchCase, 'run'>): BenchCase {
  const rng = rngFromSeed(26n);
  const contexts = contextsOf(size.coordinates, rng);
  const posteriors = Array.from({ length: size.arms }, (_, k) => posteriorOf(taughtArm(size, k, rng)));
  const prices = posteriors.map((_, k) => 0.01 * k);
  const run = (round: number): number => {
    const x = contexts[round % CONTEXTS]!;
    const marginals = posteriors.map((posterior, k) => {
      const sd = THOMPSON_SCALE * NOISE_SD * Math.sqrt(posterior.leverage(x));
      return normalMarginal(posterior.mean(x) - prices[k]!, sd);
    });
    return drawArm(quantizePropensities(probabilityOfBest(marginals)), rngFromSeed(BigInt(round)));
  };
  return { ...named, run };
}

/** One outcome taken in: the sums, and the posterior that follows them. */
export function updateCase(coordinates: number, named: Omit<BenchCase, 'run'>): BenchCase {
  const rng = rngFromSeed(64n);
  const contexts = contextsOf(coordinates, rng);
  const arm = taughtArm({ arms: 1, coordinates }, 0, rng);
  posteriorOf(arm);
  const run = (round: number): number => {
    const x = contexts[round % CONTEXTS]!;
    const y = (round % 7) / 7;
    arm.observe({ x, y, predicted: 0.5, weight: 1, logarithmic: false });
    return y;
  };
  return { ...named, run };
}

const contextsOf = (coordinates: number, rng: Rng): Float64Array[] =>
  Array.from({ length: CONTEXTS }, () => contextOf(coordinates, rng));

function contextOf(coordinates: number, rng: Rng): Float64Array {
  const x = Float64Array.from({ length: coordinates }, () => sampleNormal(rng) / Math.sqrt(coordinates));
  x[0] = 1;
  return x;
}

function taughtArm({ coordinates }: Size, number: number, rng: Rng): LinearArm {
  const arm = LinearArm.empty(coordinates);
  for (let i = 0; i < TAUGHT; i++) {
    const x = contextOf(coordinates, rng);
    const y = 0.7 + 0.01 * number + 0.1 * x[1 + (number % (coordinates - 1))]! + NOISE_SD * sampleNormal(rng);
    arm.observe({ x, y, predicted: 0.75, weight: 1, logarithmic: false });
  }
  return arm;
}

const posteriorOf = (arm: LinearArm): LinearPosterior =>
  arm.posterior(PRIOR, { factor: 1, revision: 0, siblings: () => [] });
