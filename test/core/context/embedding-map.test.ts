import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleNormal } from '../../../src/core/bandit/sample.js';
import {
  embeddingFault,
  principalComponents,
  reduceEmbedding,
  seededProjection,
} from '../../../src/core/context/embedding-map.js';
import { rngFromSeed } from '../../../src/core/random.js';

const DIMENSIONS = 32;
const PROJECTION_4_ID = 2_108_486_683;
const projection = seededProjection(DIMENSIONS);
const finite = fc.double({ min: -100, max: 100, noNaN: true });
const anyEmbedding = fc.array(finite, { minLength: 1, maxLength: 300 });

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

function randomUnit(length: number, seed: bigint): number[] {
  const rng = rngFromSeed(seed);
  const vector = Array.from({ length }, () => sampleNormal(rng));
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / norm);
}

describe('the seeded projection', () => {
  it('takes embeddings of any length to its dimensions, finite ones to finite ones', () => {
    fc.assert(
      fc.property(anyEmbedding, fc.integer({ min: 1, max: 80 }), (embedding, dimensions) => {
        const reduced = reduceEmbedding(seededProjection(dimensions), embedding);
        expect(reduced).toHaveLength(dimensions);
        expect(reduced.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('does not depend on an embedding’s scale', () => {
    fc.assert(
      fc.property(anyEmbedding, fc.double({ min: 0.01, max: 100, noNaN: true }), (embedding, scale) => {
        fc.pre(dot(embedding, embedding) > 1e-6);
        const scaled = reduceEmbedding(
          projection,
          embedding.map((value) => value * scale),
        );
        reduceEmbedding(projection, embedding).forEach((value, i) => expect(scaled[i]).toBeCloseTo(value, 9));
      }),
    );
  });

  it('leaves zeros where they are', () => {
    expect([...reduceEmbedding(projection, Array<number>(768).fill(0))]).toEqual(Array(DIMENSIONS).fill(0));
  });

  it('keeps inner products of 1,536 numbers without bias, to within a standard deviation of 1/√32', () => {
    const pairs = 400;
    let errors = 0;
    let squares = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const a = randomUnit(1_536, BigInt(2 * pair));
      const noise = randomUnit(1_536, BigInt(2 * pair + 1));
      const b = a.map((value, i) => 0.6 * value + 0.8 * noise[i]!);
      const norm = Math.sqrt(dot(b, b));
      const error = dot(reduceEmbedding(projection, a), reduceEmbedding(projection, b)) - dot(a, b) / norm;
      errors += error;
      squares += error * error;
    }
    expect(Math.abs(errors / pairs)).toBeLessThan(4 / Math.sqrt(DIMENSIONS * pairs));
    expect(Math.sqrt(squares / pairs)).toBeLessThan(1.3 / Math.sqrt(DIMENSIONS));
  });

  it('is the same in every process: these figures do not change', () => {
    expect(seededProjection(4).id).toBe(PROJECTION_4_ID);
    expect(seededProjection(5).id).not.toBe(PROJECTION_4_ID);
    const tenths = [...reduceEmbedding(seededProjection(4), [3, 4])].map((value) => Math.round(10 * value));
    expect(tenths).toEqual([1, -7, 1, 1]);
  });
});

describe('supplied components', () => {
  const components = principalComponents(
    [1, 0, -1],
    [
      [1, 0, 0],
      [0, 2, 1],
    ],
  );

  it('are applied to what is left without the mean', () => {
    expect([...reduceEmbedding(components, [3, 5, 1])]).toEqual([2, 12]);
    expect([...reduceEmbedding(components, [1, 0, -1])]).toEqual([0, 0]);
  });

  it('take one length, and say which', () => {
    expect(embeddingFault(components, [1, 2, 3])).toBeUndefined();
    expect(embeddingFault(components, [1, 2])).toContain('3 numbers');
    expect(embeddingFault(projection, [1, 2])).toBeUndefined();
  });

  it('have a name of their own, which any number changes', () => {
    const other = principalComponents(
      [1, 0, -1],
      [
        [1, 0, 0],
        [0, 2, 1.000001],
      ],
    );
    expect(other.id).not.toBe(components.id);
    expect(components.id).toBeGreaterThan(0);
  });

  it('must have the mean’s length in every row', () => {
    expect(() => principalComponents([1, 2], [[1, 2], [1]])).toThrow(RangeError);
  });
});
