/** Weights below 2^4 are not told apart: a log of a hundred decisions has draws of them. */
const LEAST_LOG2 = 4;
const NONE: readonly number[] = [];

/**
 * Probability of the policy under evaluation on choices of great importance weight π/p, by powers of two: place j is for
 * weights in [2^(4 + j), 2^(5 + j)). Known before the draw, whatever was drawn.
 */
export function heavyChoices({
  logged,
  target,
}: {
  readonly logged: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}): readonly number[] {
  let heavy: number[] | undefined;
  for (let k = 0; k < target.length; k++) {
    const place = Math.floor(Math.log2(target[k]! / logged[k]!)) - LEAST_LOG2;
    if (!(logged[k]! > 0 && place >= 0)) continue;
    heavy ??= [];
    while (heavy.length <= place) heavy.push(0);
    heavy[place]! += target[k]!;
  }
  return heavy ?? NONE;
}

/** Sums of `heavyChoices` over decisions, by the least weight of a place, ascending. */
export function heavyMasses(
  decisions: readonly { readonly heavy: readonly number[] }[],
): { readonly from: number; readonly mass: number }[] {
  const masses: number[] = [];
  for (const { heavy } of decisions)
    heavy.forEach((mass, place) => (masses[place] = (masses[place] ?? 0) + mass));
  return Array.from(masses, (mass = 0, place) => ({ from: 2 ** (LEAST_LOG2 + place), mass }));
}
