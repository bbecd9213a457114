/** Same word but for case and separators: `max_output_tokens` and `maxOutputTokens`. */
function folded(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`. O(|a|·|b|). */
export function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}

/**
 * The allowed word that a person most likely meant, or undefined when none is near: at most a third of
 * the letters differ, or one word begins with the other. Of two that are near, the one with fewer edits.
 * Words longer than 64 letters have no near word.
 */
export function closestWord(word: string, allowed: Iterable<string>): string | undefined {
  const wanted = folded(word);
  if (wanted.length < 2 || wanted.length > 64) return undefined;
  let best: string | undefined;
  // Two letters swapped are two edits, and the commonest slip in a word of four or more.
  const editsMax = Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length / 3));
  let bestRank = Infinity;
  for (const candidate of allowed) {
    const other = folded(candidate);
    if (other === '') continue;
    const rank = rankOf(wanted, other, editsMax);
    if (rank < bestRank) [best, bestRank] = [candidate, rank];
  }
  return best;
}

/** How far a word is from the wanted one; infinite where it is not near. */
function rankOf(wanted: string, other: string, editsMax: number): number {
  const missing = Math.abs(other.length - wanted.length);
  // A word that goes on where the wanted one ends was most likely cut short, and so is nearer than a misspelling;
  // one that ends before it is as far as the letters that are too many.
  const isCut = wanted.length >= 4 && other.startsWith(wanted) && missing > 0;
  if (isCut) return 1 - 1 / (1 + missing);
  const edits = missing > editsMax ? Infinity : editDistance(wanted, other);
  if (edits <= editsMax) return edits;
  const isLonger = wanted.length >= 4 && wanted.startsWith(other);
  return isLonger ? editsMax + 1 - 1 / (1 + missing) : Infinity;
}

/** A fault's suggestion for a mistyped word, ready to spread into the fault; empty when none is near. */
export function suggestWord(word: string, allowed: Iterable<string>): { suggestion?: string } {
  const closest = closestWord(word, allowed);
  return closest === undefined ? {} : { suggestion: `did you mean "${closest}"?` };
}
