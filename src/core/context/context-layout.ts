import type { EmbeddingMap } from './embedding-map.js';

/** What a policy's contexts are made of, in this order: hand-made features, hashed words, a reduced embedding. */
export interface ContextLayout {
  readonly hashedWords: number;
  readonly embedding?: EmbeddingMap;
  /** Coordinates in all; 0 where the policy reads no context. */
  readonly size: number;
  /** Tells contexts of equal size apart; 0 where no embedding is in them. */
  readonly mapId: number;
}

/** Hashed words and embedding together: what a ticket of 512 bytes has room for. */
export const COORDINATES_MAX = 72;

export const NO_CONTEXT: ContextLayout = { hashedWords: 0, size: 0, mapId: 0 };

/** @param handFeatures coordinates before the hashed words. */
export function layoutOf(handFeatures: number, hashedWords: number, embedding?: EmbeddingMap): ContextLayout {
  if (embedding === undefined) return { hashedWords, size: handFeatures + hashedWords, mapId: 0 };
  return {
    hashedWords,
    embedding,
    size: handFeatures + hashedWords + embedding.dimensions,
    mapId: embedding.id,
  };
}
