import { hashWords, normalizeBuckets } from '../context/hashed-words.js';
import { COMPLEXITY_DIMENSIONS, type ChatMessage, type DimensionScores } from '../profile.js';
import type { ComplexitySettings } from './settings.js';

/**
 * The composite of dimension scores: their weighted mean, or σ(b + Σ w·s + words) where the settings are logistic.
 *
 * @param dimensions scores in [0, 1].
 * @param words {@link wordScore} of the text, in logits; 0 where there is no text.
 * @returns a number in [0, 1].
 */
export function compositeOf(
  dimensions: DimensionScores,
  settings: Pick<ComplexitySettings, 'weights' | 'logistic'>,
  words = 0,
): number {
  let sum = 0;
  let weightSum = 0;
  for (const dimension of COMPLEXITY_DIMENSIONS) {
    sum += settings.weights[dimension] * dimensions[dimension];
    weightSum += settings.weights[dimension];
  }
  if (settings.logistic === undefined) return Math.min(1, sum / weightSum);
  return 1 / (1 + Math.exp(-(settings.logistic.intercept + sum + words)));
}

/** Σ weight·bucket over the hashed words of all messages, in logits; 0 where the settings weigh no words. */
export function wordScore(
  messages: readonly ChatMessage[],
  { logistic }: Pick<ComplexitySettings, 'logistic'>,
): number {
  const weights = logistic?.words;
  if (weights === undefined) return 0;
  const buckets = wordBuckets(messages, weights.length);
  return buckets.reduce((sum, bucket, i) => sum + bucket * weights[i]!, 0);
}

/** The hashed words and bigrams of all messages, scaled to unit length. */
export function wordBuckets(messages: readonly ChatMessage[], size: number): Float64Array {
  const buckets = new Float64Array(size);
  for (const { text } of messages) hashWords(text, buckets);
  normalizeBuckets(buckets);
  return buckets;
}
