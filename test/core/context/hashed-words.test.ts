import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashWords, normalizeBuckets } from '../../../src/core/context/hashed-words.js';

const SIZE = 64;

function counted(text: string, size = SIZE, seed = 0): Float64Array {
  const buckets = new Float64Array(size);
  hashWords(text, buckets, seed);
  return buckets;
}

const normalized = (text: string): Float64Array => {
  const buckets = counted(text);
  normalizeBuckets(buckets);
  return buckets;
};

const lengthOf = (buckets: Float64Array): number => Math.hypot(...buckets);
const weightOf = (buckets: Float64Array): number => buckets.reduce((sum, v) => sum + Math.abs(v), 0);

describe('hashed words (Weinberger et al. 2009)', () => {
  it('count each word and each bigram once, with a sign', () => {
    expect(weightOf(counted('one'))).toBe(1);
    expect([1, 3]).toContain(weightOf(counted('one two')));
    const words = Array.from({ length: 50 }, (_, i) => `w${i}`).join(' ');
    expect(weightOf(counted(words, 1 << 20))).toBeGreaterThanOrEqual(95);
    expect(weightOf(counted(words, 1 << 20))).toBeLessThanOrEqual(99);
  });

  it('split at ASCII marks and blanks, not within other scripts', () => {
    expect(counted('a,b')).toEqual(counted('a b'));
    expect(counted('(a)\n[b]')).toEqual(counted('a b'));
    expect(counted('naïve')).not.toEqual(counted('na ve'));
  });

  it('spread words over all buckets about evenly, half of them with each sign', () => {
    const hits = new Float64Array(SIZE);
    let positive = 0;
    const words = 32_000;
    for (let i = 0; i < words; i++) {
      const buckets = counted(`word${i}`);
      const at = buckets.findIndex((value) => value !== 0);
      hits[at]! += 1;
      if (buckets[at]! > 0) positive++;
    }
    // Five standard deviations of a binomial count.
    for (const count of hits) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
    expect(Math.abs(positive - words / 2)).toBeLessThan(5 * Math.sqrt(words / 4));
  });

  it('differ by seed', () => {
    expect(counted('the same words', SIZE, 1)).not.toEqual(counted('the same words', SIZE, 2));
  });

  it('have unit length once scaled, however long the text, and stay zero where there is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const length = lengthOf(normalized(text));
        expect(length === 0 || Math.abs(length - 1) < 1e-12).toBe(true);
      }),
    );
    expect(lengthOf(normalized('the '.repeat(10_000)))).toBeCloseTo(1, 12);
    expect(lengthOf(normalized('...'))).toBe(0);
  });

  it('take any UTF-16, halves of surrogate pairs as well', () => {
    for (const text of [
      '\ud800',
      '\udc00\ud800',
      'a\ud83d',
      '😀',
      '日本語 テキスト',
      'e\u0301',
      '\0\u0001',
      '\uffff',
    ]) {
      expect(counted(text).every(Number.isFinite)).toBe(true);
    }
    expect(weightOf(counted('\ud800'))).toBe(1);
    expect(weightOf(counted('\0\u0001'))).toBe(0);
  });

  it.each<[string, (length: number) => string]>([
    ['one endless word', (n) => 'a'.repeat(n)],
    ['blanks', (n) => ' '.repeat(n)],
    ['words of one letter', (n) => 'a '.repeat(n / 2)],
    ['words that never repeat', (n) => Array.from({ length: n / 8 }, (_, i) => String(1e6 + i)).join(' ')],
    ['lone surrogates', (n) => '\ud800'.repeat(n)],
  ])('cost time in proportion to the text: %s', (_name, textOf) => {
    const leastMs = (text: string): number => {
      let least = Infinity;
      for (let run = 0; run < 5; run++) {
        const start = performance.now();
        counted(text);
        least = Math.min(least, performance.now() - start);
      }
      return least;
    };
    leastMs(textOf(1 << 16));
    // 256 times the text may cost 4,096 times: a quadratic pass would cost 65,536.
    expect(leastMs(textOf(1 << 22))).toBeLessThan(4_096 * Math.max(leastMs(textOf(1 << 14)), 0.01));
  });
});
