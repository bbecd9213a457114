import { PROPENSITY_ONE } from '../bandit/propensity.js';
import { rngFromSeed } from '../random.js';

/** How often callers are asked for a quality. */
export interface LabelSettings {
  /** Least probability of being asked. */
  readonly rate: number;
  /** Standard deviation of the expected quality from which every request is asked. */
  readonly alwaysAboveSd: number;
}

/** Whether one decision asks for a quality, and with what probability it did. */
export interface LabelRequest {
  readonly requested: boolean;
  /** In 1/65536. */
  readonly probabilityQ16: number;
}

/** Keeps this draw apart from the choice's, which has the same seed. */
const LABEL_STREAM = 0x6c61_6265_6c00_0001n;

/**
 * Asks where a label would teach most: with probability v/v₀, v the variance of the chosen arm's expected quality at
 * this context and v₀ that of `alwaysAboveSd`; at least `rate`, at most 1. It depends on nothing but what the
 * regression conditions on, so the posterior takes labels as they are; weights of 1/p are for means over requests.
 *
 * Source: Poisson sampling with unequal probabilities, Horvitz & Thompson (JASA 1952).
 */
export function requestLabel(settings: LabelSettings, qualityVariance: number, seed: bigint): LabelRequest {
  const { rate, alwaysAboveSd } = settings;
  const wanted = Math.min(1, Math.max(rate, qualityVariance / alwaysAboveSd ** 2));
  const probabilityQ16 = Math.max(1, Math.round(wanted * PROPENSITY_ONE));
  const requested = rngFromSeed(seed ^ LABEL_STREAM)() * PROPENSITY_ONE < probabilityQ16;
  return { requested, probabilityQ16 };
}
