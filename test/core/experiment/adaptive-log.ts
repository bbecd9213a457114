import { sampleBeta } from '../../../src/core/bandit/sample.js';
import type { RoutedDecision } from '../../../src/core/experiment/routed-comparison.js';
import { rngFromSeed, type Rng } from '../../../src/core/random.js';
import type { ArmId } from '../../../src/core/registry/model.js';

/** Decisions between two looks at the posteriors, as reports come late. */
const BATCH = 20;
/** Samples behind each propensity. */
const SAMPLES = 200;

export interface AdaptiveLog {
  /** Mean quality by arm: what no policy changes. */
  readonly truth: readonly number[];
  /** Least probability of each arm. */
  readonly floor: number;
  readonly decisions: number;
  readonly seed: bigint;
}

export const armOf = (index: number): ArmId => (index + 1) as ArmId;

/**
 * The log of a Thompson sampler that learns from its own choices, with the propensities that it drew from and what it
 * expected of each arm.
 */
export function adaptiveLog({ truth, floor, decisions, seed }: AdaptiveLog): RoutedDecision[] {
  const rng = rngFromSeed(seed);
  const posteriors = truth.map(() => ({ alpha: 1, beta: 1 }));
  let propensities: number[] = [];
  return Array.from({ length: decisions }, (_, step) => {
    if (step % BATCH === 0) {
      const wins = winsOf(posteriors, rng);
      propensities = wins.map((share) => floor + (1 - floor * truth.length) * share);
    }
    const chosen = draw(propensities, rng);
    const quality = Number(rng() < truth[chosen]!);
    const candidates = posteriors.map(({ alpha, beta }, k) => ({
      armId: armOf(k),
      propensity: propensities[k]!,
      predicted: alpha / (alpha + beta),
    }));
    posteriors[chosen]![quality === 1 ? 'alpha' : 'beta'] += 1;
    return { candidates, chosen: armOf(chosen), quality };
  });
}

/** Share of samples in which each arm is best. */
function winsOf(
  posteriors: readonly { readonly alpha: number; readonly beta: number }[],
  rng: Rng,
): number[] {
  const wins = posteriors.map(() => 0);
  for (let i = 0; i < SAMPLES; i++) {
    const drawn = posteriors.map((posterior) => sampleBeta(posterior, rng));
    wins[drawn.indexOf(Math.max(...drawn))]! += 1 / SAMPLES;
  }
  return wins;
}

function draw(propensities: readonly number[], rng: Rng): number {
  let left = rng();
  const found = propensities.findIndex((p) => (left -= p) < 0);
  return found < 0 ? propensities.length - 1 : found;
}
