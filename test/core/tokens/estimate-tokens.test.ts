import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimateMessagesTokens,
  estimateTokens,
  TOKENS_PER_MESSAGE,
  TOKENS_PER_REPLY_PRIMER,
} from '../../../src/core/tokens/estimate-tokens.js';

describe('estimateTokens', () => {
  it.each<[string, number, string]>([
    [
      'English',
      27,
      'The committee met on Tuesday to review the budget, and most members agreed that the new library should open before the end of the year.',
    ],
    [
      'TypeScript',
      37,
      'export function mean(values: readonly number[]): number {\n  let sum = 0;\n  for (const value of values) sum += value;\n  return sum / values.length;\n}\n',
    ],
    [
      'Chinese',
      34,
      '委员会在星期二开会审议预算，大多数成员同意新的图书馆应该在年底之前开放，并且希望附近的学校也能使用它。',
    ],
    [
      'Japanese',
      48,
      '委員会は火曜日に予算を審議するために集まり、ほとんどの委員は新しい図書館を年末までに開館すべきだと考えています。',
    ],
    [
      'Arabic',
      30,
      'اجتمعت اللجنة يوم الثلاثاء لمراجعة الميزانية، واتفق معظم الأعضاء على أن المكتبة الجديدة يجب أن تفتح قبل نهاية العام.',
    ],
    [
      'Hindi',
      35,
      'समिति ने मंगलवार को बजट की समीक्षा के लिए बैठक की और अधिकांश सदस्य इस बात पर सहमत हुए कि नया पुस्तकालय साल के अंत से पहले खुलना चाहिए।',
    ],
    [
      'Russian',
      31,
      'Комитет собрался во вторник, чтобы рассмотреть бюджет, и большинство членов согласились, что новая библиотека должна открыться до конца года.',
    ],
    [
      'JSON',
      54,
      '{"id": 1042, "name": "Maria Lopez", "tags": ["new", "library"], "address": {"street": "12 Hill Road", "city": "Leeds"}, "active": true, "score": 0.75}',
    ],
    [
      'base64',
      72,
      'aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBsb25nZXIgdGV4dCB0aGF0IGlzIGVuY29kZWQgaW4gYmFzZTY0IHNvIHRoYXQgaXQgY2FuIGJlIHNlbnQ=',
    ],
  ])('%s is within a quarter of the %d tokens that o200k_base counts', (_name, tokens, text) => {
    expect(Math.abs(estimateTokens(text) / tokens - 1)).toBeLessThan(0.25);
  });

  it('is a whole number, zero only for the empty text, whatever the text', () => {
    expect(estimateTokens('')).toBe(0);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (text) => {
        const tokens = estimateTokens(text);
        expect(Number.isSafeInteger(tokens)).toBe(true);
        expect(tokens > 0 || text.trim().length === 0).toBe(true);
        expect(tokens).toBeLessThanOrEqual(2 * text.length);
      }),
    );
  });

  it('has an answer for lone surrogates, NUL and zero-width characters', () => {
    expect(estimateTokens('\ud83d\0\u200b')).toBe(3);
  });

  it('grows with repetition nearly in proportion', () => {
    const text = 'The quick brown fox jumps over the lazy dog.\n';
    const ratio = estimateTokens(text.repeat(100)) / estimateTokens(text);
    expect(ratio).toBeGreaterThan(90);
    expect(ratio).toBeLessThan(110);
  });
});

describe('estimateMessagesTokens', () => {
  it('adds the overhead of the chat format per message and once per request', () => {
    const messages = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Hello' },
    ] as const;
    const texts = estimateTokens('Be brief.') + estimateTokens('Hello');
    expect(estimateMessagesTokens(messages)).toBe(texts + 2 * TOKENS_PER_MESSAGE + TOKENS_PER_REPLY_PRIMER);
  });

  it('is zero for no messages', () => {
    expect(estimateMessagesTokens([])).toBe(0);
  });
});
