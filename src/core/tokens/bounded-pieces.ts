/** A run that is longer is cut: an encoder merges a run pair by pair, in quadratic time. */
export const RUN_MAX = 128;
/** A piece ends at the first boundary between runs after this many UTF-16 units. */
const PIECE_MIN = 2048;

const isSpace = (unit: number): boolean =>
  unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0 || unit === 0x3000;
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/**
 * A text as pieces that an encoder takes bounded time for: together they are the text, and no run without a space, nor
 * any run of spaces, is longer than `RUN_MAX`. A cut costs at most a token or two, and cuts only where no word ends.
 *
 * O(length), whatever the text. Pairs of surrogates stay together.
 */
export function* boundedPieces(text: string): Generator<string> {
  let from = 0;
  let runFrom = 0;
  let inSpace = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const space = isSpace(unit);
    const isBoundary = space !== inSpace;
    if (isBoundary) {
      runFrom = at;
      inSpace = space;
    }
    const isInPair = isLowSurrogate(unit) && isHighSurrogate(text.charCodeAt(at - 1));
    const isLongRun = at - runFrom >= RUN_MAX && !isInPair;
    // A space belongs to the word behind it, so pieces end before spaces.
    if (isLongRun || (isBoundary && space && at - from >= PIECE_MIN)) {
      yield text.slice(from, at);
      from = at;
      runFrom = at;
    }
  }
  if (from < text.length) yield text.slice(from);
}
