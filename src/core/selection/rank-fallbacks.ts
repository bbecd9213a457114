/** Within this much utility, another provider goes before the same one again: providers fail as a whole. */
const CLOSE_UTILITY = 0.05;

interface Rankable {
  readonly provider: string;
  readonly utility: number;
}

/**
 * Orders fallbacks by utility, but not two of one provider in a row where another is close. Ties go to
 * the earlier entry, which is the lower model id.
 *
 * @returns indexes into `rest`, at most `count`.
 */
export function rankFallbacks(rest: readonly Rankable[], firstProvider: string, count: number): number[] {
  const left = rest.map((_, i) => i).sort((a, b) => rest[b]!.utility - rest[a]!.utility || a - b);
  const chain: number[] = [];
  let previous = firstProvider;
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
  return chain;
}
