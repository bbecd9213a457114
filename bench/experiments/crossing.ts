import { normalCdf } from '../../src/core/bandit/normal-marginal.js';

/** A sum of normal steps with unit variance that is looked at after each step. */
export interface Walk {
  /** Mean of a step. */
  readonly drift: number;
  readonly steps: number;
  /** The first step after which it is looked at. */
  readonly firstLook: number;
  /** How far from zero the sum may be after so many steps. */
  readonly boundary: (step: number) => number;
}

/** Grid cells of a standard deviation of one step. */
const CELLS_PER_SD = 4;
const KERNEL_SD = 6;

/**
 * The probability that the sum is ever seen beyond the boundary, by recursion over the density of what has not crossed
 * yet: an answer that no simulation and none of the code under test goes into.
 *
 * Source: Armitage, McPherson & Rowe, Repeated significance tests on accumulating data (JRSS A 1969).
 */
export function crossingProbability({ drift, steps, firstLook, boundary }: Walk): number {
  const h = 1 / CELLS_PER_SD;
  const widest = boundary(steps) + KERNEL_SD + 2;
  const half = Math.ceil(widest / h);
  let mass = new Float64Array(2 * half + 1);
  mass[half] = 1;
  const reach = Math.ceil((KERNEL_SD + Math.abs(drift)) / h);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const centre = (i - reach) * h - drift;
    return normalCdf(centre + h / 2) - normalCdf(centre - h / 2);
  });
  let crossed = 0;
  for (let step = 1; step <= steps; step++) {
    const next = new Float64Array(mass.length);
    for (let i = 0; i < mass.length; i++) {
      if (mass[i] === 0) continue;
      const [from, to] = [Math.max(0, i - reach), Math.min(mass.length - 1, i + reach)];
      for (let j = from; j <= to; j++) next[j]! += mass[i]! * kernel[j - i + reach]!;
    }
    if (step >= firstLook) {
      const bound = boundary(step);
      for (let i = 0; i < next.length; i++) {
        if (Math.abs((i - half) * h) <= bound) continue;
        crossed += next[i]!;
        next[i] = 0;
      }
    }
    mass = next;
  }
  return crossed;
}
