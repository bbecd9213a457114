import { closestWord } from '../closest-word.js';

/** What to write instead, worked out only where the fault is listed: a hostile file may hold thousands. */
export type Suggestion = string | undefined | (() => string | undefined);

/** `did you mean …?`, or the whole list where it is short, or nothing. */
export function suggestWord(word: string, known: Iterable<string>): () => string | undefined {
  return () => describeClosest(word, [...known]);
}

function describeClosest(word: string, known: readonly string[]): string | undefined {
  const closest = closestWord(word, known);
  if (closest !== undefined) return `did you mean ${closest}?`;
  return known.length > 0 && known.length <= 20 ? `one of ${known.join(', ')}` : undefined;
}
