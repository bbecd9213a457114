import type { Rng } from '../../src/core/random.js';

/** A standard normal number. Source: Box & Muller (1958). */
export const gaussian = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
