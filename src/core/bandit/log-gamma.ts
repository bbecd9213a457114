/**
 * ln Γ(x) for x > 0, by Stirling's series with the argument raised to at least 7 by recurrence.
 * Relative error below 1e-12 over (0, 1e15).
 *
 * Source: Abramowitz & Stegun 6.1.41 and 6.1.15.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`ln Γ is taken of positive numbers here, not of ${x}`);
  let shift = 0;
  let argument = x;
  while (argument < 7) {
    shift -= Math.log(argument);
    argument += 1;
  }
  const inverse = 1 / argument;
  const square = inverse * inverse;
  // Bernoulli numbers B₂ₖ / (2k(2k−1)).
  const series =
    inverse *
    (1 / 12 -
      square *
        (1 / 360 -
          square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - (square * 691) / 360360)))));
  return shift + (argument - 0.5) * Math.log(argument) - argument + HALF_LOG_TWO_PI + series;
}

const HALF_LOG_TWO_PI = 0.9189385332046727;
