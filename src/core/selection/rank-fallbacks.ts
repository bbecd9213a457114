/** Within this much utility, another provider goes before the same one again: providers fail as a whole. */
const CLOSE_UTILITY = 0.05;

interface Rankable {
  readonly provider: string;
  readonly utility: number;
}

/**
 * Orders fallbacks by utility, but not two of one provider in a row where another is close, and models of doubtful
 * providers after all others, however far these are. Ties go to the earlier entry, which is the lower model id.
 *
 * @returns indexes into `rest`, at most `count`.
 */
export function rankFallbacks(
  rest: readonly Rankable[],
  firstProvider: string,
  count: number,
  doubtful: ReadonlySet<string> = NONE,
): number[] {
  const byUtility = rest.map((_, i) => i).sort((a, b) => rest[b]!.utility - rest[a]!.utility || a - b);
  const isDoubtful = (index: number): boolean => doubtful.has(rest[index]!.provider);
  const chain: number[] = [];
  let previous = firstProvider;
  for (const left of [byUtility.filter((i) => !isDoubtful(i)), byUtility.filter(isDoubtful)]) {
    while (chain.length < count && left.length > 0) {
      const best = rest[left[0]!]!;
      let pick = 0;
      if (best.provider === previous) {
        const other = left.findIndex((i) => rest[i]!.provider !== previous);
        if (other > 0 && rest[left[other]!]!.utility >= best.utility - CLOSE_UTILITY) pick = other;
      }
      const [index] = left.splice(pick, 1);
      chain.push(index!);
      previous = rest[index!]!.provider;
    }
  }
  return chain;
}

const NONE: ReadonlySet<string> = new Set();
