import { FNV_OFFSET, FNV_PRIME, mix } from './hash.js';

/**
 * A bag of words and bigrams hashed into a fixed number of signed buckets.
 *
 * One pass over the text, no substrings: words are runs of ASCII letters and digits (case folded) or of
 * characters beyond ASCII, each hashed as it is read. Buckets hold Σ ±1, dampened and scaled to unit
 * length, so that a long text counts no more than a short one. The text cannot be had back from them.
 *
 * Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning (ICML 2009), for the
 * signed hash; sublinear term weights as in Manning, Raghavan & Schütze, Introduction to IR, §6.4.1.
 */
export function hashWords(text: string, buckets: Float64Array, seed = 0): void {
  const size = buckets.length;
  let hash = FNV_OFFSET ^ seed;
  let inWord = false;
  let previous = 0;
  for (let i = 0; i <= text.length; i++) {
    let code = i < text.length ? text.charCodeAt(i) : 0;
    if (code >= 65 && code <= 90) code += 32;
    const isWord = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;
    if (isWord) {
      hash = Math.imul(hash ^ code, FNV_PRIME);
      inWord = true;
    } else if (inWord) {
      const word = mix(hash);
      add(buckets, size, word);
      if (previous !== 0) add(buckets, size, mix(Math.imul(previous, FNV_PRIME) ^ word));
      previous = word;
      hash = FNV_OFFSET ^ seed;
      inWord = false;
    }
  }
}

function add(buckets: Float64Array, size: number, hash: number): void {
  const index = (hash >>> 1) % size;
  buckets[index]! += (hash & 1) === 0 ? 1 : -1;
}

/** Dampens counts to sign(c)·ln(1 + |c|) and scales them to unit length; all zeros stay so. */
export function normalizeBuckets(buckets: Float64Array): void {
  let square = 0;
  for (let i = 0; i < buckets.length; i++) {
    const value = Math.sign(buckets[i]!) * Math.log1p(Math.abs(buckets[i]!));
    buckets[i] = value;
    square += value * value;
  }
  if (square === 0) return;
  const scale = 1 / Math.sqrt(square);
  for (let i = 0; i < buckets.length; i++) buckets[i]! *= scale;
}
