import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contextLayout,
  contextValues,
  contextVector,
  type ContextSource,
} from '../../../src/core/context/context-vector.js';
import { hashWords, normalizeBuckets } from '../../../src/core/context/hashed-words.js';
import { COMPLEXITY_DIMENSIONS, TASK_TYPES, type TaskType } from '../../../src/core/profile.js';
import { scoresOf } from '../../builders/question.js';

const HASHED = 64;
const LAYOUT = contextLayout(HASHED);
const HAND = contextLayout(0).size;
/** Half a step of 1/48. */
const QUANTISATION_MAX = 1 / 96;

const taskScoresOf = (score: number): Record<TaskType, number> =>
  Object.fromEntries(TASK_TYPES.map((type) => [type, score])) as Record<TaskType, number>;

const sourceOf = (...texts: readonly string[]): ContextSource => ({
  profile: { dimensions: scoresOf(0.4) },
  taskScores: taskScoresOf(0.1),
  messages: texts.map((text) => ({ role: 'user', text })),
});
const hashedPart = (source: ContextSource): number[] => [...contextVector(source, LAYOUT).slice(HAND)];

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('a context vector', () => {
  it('has an intercept, the dimensions, the length, the task types and the hashed words: 86 bytes as shipped', () => {
    expect(HAND).toBe(1 + COMPLEXITY_DIMENSIONS.length + 1 + TASK_TYPES.length);
    expect(contextVector(sourceOf('a b'), LAYOUT)).toHaveLength(86);
    expect(contextVector(sourceOf('a b'), contextLayout(0))).toHaveLength(HAND);
  });

  it('starts with one, and stays within ±127 steps of 1/48', () => {
    const anyScore = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(anyText, anyScore, anyScore, (text, dimension, task) => {
        const profile = { dimensions: scoresOf(dimension) };
        const vector = contextVector({ ...sourceOf(text), profile, taskScores: taskScoresOf(task) }, LAYOUT);
        expect(vector[0]).toBe(48);
        expect(contextValues(vector)[0]).toBe(1);
        expect(vector.every((step) => step >= -127 && step <= 127)).toBe(true);
        expect(contextValues(vector).every((value) => Math.abs(value) <= 127 / 48)).toBe(true);
      }),
    );
  });

  it('is the same for the same text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(contextVector(sourceOf(text), LAYOUT)).toEqual(contextVector(sourceOf(`${text}`), LAYOUT));
      }),
    );
  });

  it('tells texts apart', () => {
    expect(hashedPart(sourceOf('prove the lemma'))).not.toEqual(hashedPart(sourceOf('bake the bread')));
    expect(hashedPart(sourceOf('dog bites man'))).not.toEqual(hashedPart(sourceOf('man bites dog')));
  });

  it('has a hashed part of zeros where there is no text', () => {
    for (const source of [sourceOf(), sourceOf(''), sourceOf(' \n\t', '.,;!?')]) {
      expect(hashedPart(source)).toEqual(Array(HASHED).fill(0));
    }
  });

  it('keeps every score to within half a step', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), anyText, (score, text) => {
        const source = { ...sourceOf(text), profile: { dimensions: scoresOf(score) } };
        const values = contextValues(contextVector(source, LAYOUT));
        for (const i of COMPLEXITY_DIMENSIONS.keys()) {
          expect(Math.abs(values[1 + i]! - 3 * (score - 0.25))).toBeLessThanOrEqual(QUANTISATION_MAX + 1e-12);
        }
        const buckets = new Float64Array(HASHED);
        hashWords(text, buckets);
        normalizeBuckets(buckets);
        buckets.forEach((bucket, i) => {
          expect(Math.abs(values[HAND + i]! - bucket)).toBeLessThanOrEqual(QUANTISATION_MAX + 1e-12);
        });
      }),
    );
  });

  it('does not join words across messages, nor depend on the case of ASCII letters', () => {
    expect(hashedPart(sourceOf('note', 'book'))).not.toEqual(hashedPart(sourceOf('notebook')));
    expect(hashedPart(sourceOf('SELECT Name FROM t'))).toEqual(hashedPart(sourceOf('select name from T')));
  });

  it('keeps nothing that the text could be read from: bytes that many texts share', () => {
    const secret = 'swordfish 4711';
    const vector = contextVector(sourceOf(secret), LAYOUT);
    const kept = Buffer.from(vector.buffer).toString('latin1');
    for (const word of [...secret.split(' '), 'fish', '47']) expect(kept).not.toContain(word);
    // Two words and their bigram land on at most three of 64 buckets: far more word pairs than patterns.
    const patterns = new Set<string>();
    const pairs = 20_000;
    for (let i = 0; i < pairs; i++) patterns.add(hashedPart(sourceOf(`w${i} v${i}`)).join());
    expect(pairs - patterns.size).toBeGreaterThan(100);
  });
});
