import {
  COMPLEXITY_DIMENSIONS,
  TASK_TYPES,
  type ChatMessage,
  type RequestProfile,
  type TaskType,
} from '../profile.js';
import { layoutOf, type ContextLayout } from './context-layout.js';
import { reduceEmbedding, type EmbeddingMap } from './embedding-map.js';
import { hashWords, normalizeBuckets } from './hashed-words.js';

/**
 * What the contextual bandit sees of a request: an intercept, the complexity dimensions, the prompt's length,
 * the task type's shares, a hashed bag of words and bigrams, and the caller's embedding where the policy reads one.
 *
 * Kept in whole steps of 1/48, before anything is scored, so that a decision and the update that its ticket
 * brings back see the same numbers. One byte each, from −127/48 to 127/48.
 */
export type ContextVector = Int8Array;

/** Names the map from requests to vectors; vectors of another map cannot be learned from. */
export const CONTEXT_MAP = 'hand22-hash/1';
const STEPS_PER_UNIT = 48;
const STEPS_MAX = 127;
const HAND_FEATURES = 1 + COMPLEXITY_DIMENSIONS.length + 1 + TASK_TYPES.length;

/** Scores lie in [0, 1] and mostly near a quarter; this spreads them to about unit size. */
const SCORE_CENTRE = 0.25;
const SCORE_SCALE = 3;
/** ln(1 + characters) of a prompt of 3,000 characters, so that length is a score too. */
const LOG_LENGTH_UNIT = 8;

/** The layout of contexts with so many hashed words, and embeddings reduced so. */
export const contextLayout = (hashedWords: number, embedding?: EmbeddingMap): ContextLayout =>
  layoutOf(HAND_FEATURES, hashedWords, embedding);

export interface ContextSource {
  readonly profile: Pick<RequestProfile, 'dimensions'>;
  readonly taskScores: Readonly<Record<TaskType, number>>;
  readonly messages: readonly ChatMessage[];
  /** The caller's, as it came. */
  readonly embedding?: ArrayLike<number>;
}

/** The vector of a request; without text, the hashed part is zero, and without an embedding, its part. */
export function contextVector(
  { profile, taskScores, messages, embedding }: ContextSource,
  layout: ContextLayout,
): ContextVector {
  const { hashedWords, embedding: map, size } = layout;
  const vector = new Int8Array(size);
  const buckets = new Float64Array(hashedWords);
  let length = 0;
  for (const { text } of messages) {
    length += text.length;
    if (hashedWords > 0) hashWords(text, buckets);
  }
  normalizeBuckets(buckets);
  let at = 0;
  vector[at++] = STEPS_PER_UNIT;
  const score = (value: number): void => {
    vector[at++] = steps(SCORE_SCALE * (value - SCORE_CENTRE));
  };
  for (const dimension of COMPLEXITY_DIMENSIONS) score(profile.dimensions[dimension]);
  score(Math.log1p(length) / LOG_LENGTH_UNIT);
  for (const taskType of TASK_TYPES) score(taskScores[taskType]);
  for (const bucket of buckets) vector[at++] = steps(bucket);
  if (map !== undefined && embedding !== undefined) {
    for (const value of reduceEmbedding(map, embedding)) vector[at++] = steps(value);
  }
  return vector;
}

const steps = (value: number): number =>
  Math.max(-STEPS_MAX, Math.min(STEPS_MAX, Math.round(value * STEPS_PER_UNIT)));

/** By the byte as it is without a sign: a look is a quarter of a division's time. */
const VALUE_OF_BYTE = Float64Array.from({ length: 256 }, (_, byte) => ((byte << 24) >> 24) / STEPS_PER_UNIT);

/** The numbers that a vector stands for, written over those in `values` where given. */
export function contextValues(
  vector: ContextVector,
  values: Float64Array = new Float64Array(vector.length),
): Float64Array {
  for (let i = 0; i < vector.length; i++) values[i] = VALUE_OF_BYTE[vector[i]! & 0xff]!;
  return values;
}
