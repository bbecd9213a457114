import { FNV_OFFSET, FNV_PRIME, mix } from './hash.js';

/** Reduces embeddings of any length by a seeded sparse projection. */
export interface SeededProjection {
  readonly kind: 'projection';
  readonly dimensions: number;
  /** Names the map, never 0: coordinates of another cannot be learned from. */
  readonly id: number;
}

/** Reduces embeddings of one length by components that the policy supplies. */
export interface PrincipalComponents {
  readonly kind: 'pca';
  readonly dimensions: number;
  readonly id: number;
  /** Numbers that an embedding has. */
  readonly length: number;
  readonly mean: Float64Array;
  /** `dimensions` rows of `length`. */
  readonly components: Float64Array;
}

/** How a caller's embedding becomes coordinates of the context. */
export type EmbeddingMap = SeededProjection | PrincipalComponents;

const PROJECTION_NAME = 'sparse-jl/1';
/** Coordinates that each number of an embedding goes to; Kane & Nelson's s. */
const SPREAD = 4;

export function seededProjection(dimensions: number): SeededProjection {
  const bytes = new TextEncoder().encode(`${PROJECTION_NAME}:${dimensions}`);
  return { kind: 'projection', dimensions, id: mapIdOf(bytes) };
}

/** @throws RangeError where the rows differ in length from the mean. */
export function principalComponents(
  mean: readonly number[],
  rows: readonly (readonly number[])[],
): PrincipalComponents {
  const { length } = mean;
  if (rows.some((row) => row.length !== length))
    throw new RangeError(`a component has not ${length} numbers`);
  const components = Float64Array.from(rows.flat());
  const numbers = Float64Array.of(length, ...mean, ...components);
  const id = mapIdOf(new Uint8Array(numbers.buffer));
  return {
    kind: 'pca',
    dimensions: rows.length,
    id,
    length,
    mean: Float64Array.from(mean),
    components,
  };
}

/** What an embedding has to have to be reduced by a map, where this one has not. */
export function embeddingFault(map: EmbeddingMap, embedding: ArrayLike<number>): string | undefined {
  if (map.kind === 'projection' || embedding.length === map.length) return undefined;
  return `must have the ${map.length} numbers that the policy's components take, not ${embedding.length}`;
}

/**
 * The coordinates of an embedding.
 *
 * Projection: z = S·v/|v|, each number of v added with a hashed sign to four coordinates, over √4; distances are kept
 * to about 1/√dimensions, and a vector of zeros stays one. Components: z = P·(v − mean), with v as it came.
 *
 * Source: Kane & Nelson, Sparser Johnson–Lindenstrauss Transforms (JACM 2014), the block construction.
 */
export function reduceEmbedding(map: EmbeddingMap, embedding: ArrayLike<number>): Float64Array {
  return map.kind === 'projection' ? project(map.dimensions, embedding) : decompose(map, embedding);
}

function project(dimensions: number, embedding: ArrayLike<number>): Float64Array {
  const reduced = new Float64Array(dimensions);
  const blocks = Math.min(SPREAD, dimensions);
  let square = 0;
  for (let i = 0; i < embedding.length; i++) {
    const value = embedding[i]!;
    square += value * value;
    for (let block = 0; block < blocks; block++) {
      const hash = mix(Math.imul(i + 1, GOLDEN) + block);
      const from = Math.floor((block * dimensions) / blocks);
      const to = Math.floor(((block + 1) * dimensions) / blocks);
      reduced[from + ((hash >>> 1) % (to - from))]! += (hash & 1) === 0 ? value : -value;
    }
  }
  if (square === 0) return reduced;
  const scale = 1 / Math.sqrt(square * blocks);
  for (let i = 0; i < dimensions; i++) reduced[i]! *= scale;
  return reduced;
}

function decompose(map: PrincipalComponents, embedding: ArrayLike<number>): Float64Array {
  const { dimensions, length, mean, components } = map;
  const reduced = new Float64Array(dimensions);
  for (let row = 0; row < dimensions; row++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += components[row * length + i]! * (embedding[i]! - mean[i]!);
    reduced[row] = sum;
  }
  return reduced;
}

const GOLDEN = 0x9e3779b1;

/** FNV-1a, and never 0. */
function mapIdOf(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return mix(hash) || 1;
}
