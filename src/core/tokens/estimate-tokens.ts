import type { ChatMessage } from '../profile.js';
import { CHAR_CLASS, CHAR_CLASS_COUNT, CharClass } from './char-class.js';

/*
 * Source of every constant below: least squares, then rounding, against the o200k_base encoding over English
 * question sets, TypeScript and Python source, JSON price lists, base64 and hexadecimal digests, the Universal
 * Declaration of Human Rights in 22 languages, everyday sentences in five, and compiler messages in three.
 */

/** A run of ASCII letters, which ends where a lower-case letter meets an upper-case one. */
const WORD_TOKENS = 1.03;
/** Letters beyond this many in one run make a word unlikely to be one entry of the vocabulary. */
const WORD_LETTERS = 7;
const EXTRA_LETTER_TOKENS = 0.1;
/** A run right behind a digit: digests, base64, identifiers. */
const RUN_AFTER_DIGIT_TOKENS = 1.2;
/** Added when that run has a capital: base64, seldom a digest. */
const CAPITAL_AFTER_DIGIT_TOKENS = 0.65;
/** Every capital but the first in a run of mixed case, which is rare outside base64. */
const EXTRA_CAPITAL_TOKENS = 0.8;
/** A run that holds letters with diacritics. */
const ACCENTED_WORD_TOKENS = 1.4;
const ACCENTED_LETTERS = 4;
const EXTRA_ACCENTED_LETTER_TOKENS = 0.2;
/** Plain words beside accented ones belong to a language other than English, and cost this much more. */
const FOREIGN_WORD_SURCHARGE = 0.2;
/** How many plain words one accented word speaks for. */
const FOREIGN_WORDS_PER_ACCENTED = 5;
/** Digits are cut into groups of at most three. */
const DIGITS_PER_TOKEN = 3;
const PUNCTUATION_RUN_TOKENS = 0.7;
const EXTRA_PUNCTUATION_TOKENS = 0.35;
const NEWLINE_TOKENS = 0.9;
/** A newline behind punctuation mostly belongs to that token. */
const NEWLINE_AFTER_PUNCTUATION_TOKENS = 0.3;
/** Two or more spaces or a tab; a single space joins the word after it. */
const SPACE_RUN_TOKENS = 0.9;

/** Tokens per UTF-16 unit, by class, for scripts whose words are cut too irregularly to count runs. */
const TOKENS_PER_LETTER: Float64Array = perLetterTable();

function perLetterTable(): Float64Array {
  const table = new Float64Array(CHAR_CLASS_COUNT);
  table[CharClass.greek] = 0.4;
  table[CharClass.cyrillic] = 0.27;
  table[CharClass.hebrew] = 0.45;
  table[CharClass.arabic] = 0.35;
  table[CharClass.indic] = 0.36;
  table[CharClass.southEastAsian] = 0.42;
  table[CharClass.kana] = 0.72;
  table[CharClass.han] = 0.74;
  table[CharClass.hangul] = 0.75;
  table[CharClass.surrogate] = 0.9;
  table[CharClass.other] = 1;
  return table;
}

/** Role, separators and name of one message in the chat format of OpenAI's models (its cookbook's figure). */
export const TOKENS_PER_MESSAGE = 3;
/** The header that primes the answer, once per request (same source). */
export const TOKENS_PER_REPLY_PRIMER = 3;

/**
 * Estimated number of tokens of `text` under a modern byte-pair encoding, without running one.
 *
 * One pass over UTF-16 code units, O(length), no allocation. Any string is accepted; lone surrogates, NUL and
 * zero-width characters count as one token each or a little less.
 * @returns a whole number ≥ 0; 0 only for the empty string.
 */
export function estimateTokens(text: string): number {
  const length = text.length;
  let tokens = 0;
  let plainWords = 0;
  let accentedWords = 0;
  let before: number = CharClass.space;
  let at = 0;
  while (at < length) {
    const cls = CHAR_CLASS[text.charCodeAt(at)] as number;
    const start = at++;
    if (cls === CharClass.lower || cls === CharClass.upper || cls === CharClass.accented) {
      let accented = cls === CharClass.accented;
      let lower = cls !== CharClass.upper;
      let capitals = lower ? 0 : 1;
      for (; at < length; at++) {
        const next = CHAR_CLASS[text.charCodeAt(at)] as number;
        if (next === CharClass.upper) {
          if (lower) break;
          capitals++;
        } else if (next === CharClass.lower) lower = true;
        else if (next === CharClass.accented) accented = lower = true;
        else break;
      }
      const letters = at - start;
      if (accented) {
        accentedWords++;
        tokens +=
          ACCENTED_WORD_TOKENS + EXTRA_ACCENTED_LETTER_TOKENS * Math.max(0, letters - ACCENTED_LETTERS);
      } else if (before === CharClass.digit) {
        tokens += RUN_AFTER_DIGIT_TOKENS + (capitals > 0 ? CAPITAL_AFTER_DIGIT_TOKENS : 0);
      } else {
        if (before !== CharClass.lower) plainWords++;
        tokens += WORD_TOKENS + EXTRA_LETTER_TOKENS * Math.max(0, letters - WORD_LETTERS);
      }
      if (lower && capitals > 1) tokens += EXTRA_CAPITAL_TOKENS * (capitals - 1);
      before = CharClass.lower;
      continue;
    }
    if (
      cls === CharClass.space ||
      cls === CharClass.newline ||
      cls === CharClass.digit ||
      cls === CharClass.punctuation
    ) {
      while (at < length && CHAR_CLASS[text.charCodeAt(at)] === cls) at++;
      tokens += runTokens(cls, at - start, before);
    } else {
      tokens += TOKENS_PER_LETTER[cls] as number;
    }
    before = cls;
  }
  const foreignWords = Math.min(plainWords, accentedWords * FOREIGN_WORDS_PER_ACCENTED);
  return Math.ceil(tokens + foreignWords * FOREIGN_WORD_SURCHARGE);
}

function runTokens(cls: number, length: number, before: number): number {
  if (cls === CharClass.space) return length > 1 ? SPACE_RUN_TOKENS : 0;
  if (cls === CharClass.newline) {
    return before === CharClass.punctuation ? NEWLINE_AFTER_PUNCTUATION_TOKENS : NEWLINE_TOKENS;
  }
  if (cls === CharClass.digit) return Math.ceil(length / DIGITS_PER_TOKEN);
  return PUNCTUATION_RUN_TOKENS + EXTRA_PUNCTUATION_TOKENS * (length - 1);
}

/** Estimated prompt tokens of a whole conversation, chat format included; 0 for no messages. */
export function estimateMessagesTokens(messages: readonly ChatMessage[]): number {
  if (messages.length === 0) return 0;
  let tokens = TOKENS_PER_REPLY_PRIMER;
  for (const message of messages) tokens += TOKENS_PER_MESSAGE + estimateTokens(message.text);
  return tokens;
}
