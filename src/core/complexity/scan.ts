import { CHAR_CLASS, CharClass } from '../tokens/char-class.js';
import { addEvidence, DIMENSION_INDEX, wantsEvidence, type Counts } from './counts.js';
import {
  announcesChoices,
  keepsSentenceStart,
  matchPhrase,
  matchUnspaced,
  matchWord,
  type Span,
} from './keyword-match.js';
import { foldCase, HASH_START, rollHash } from './keyword-table.js';
import { scanMark, type MarkState } from './scan-mark.js';

/** Keywords this near to either end of a message are instructions; those between are mostly material. */
const INSTRUCTION_REACH_UNITS = 400;
const MATERIAL_WEIGHT = 0.2;
/** Keywords inside a fenced block. */
const FENCED_WEIGHT = 0.1;
/** Letters from which a word counts as long: technical vocabulary more than everyday speech. */
const LONG_WORD_LETTERS = 9;
/** No keyword is longer; longer words are not looked up. */
const KEYWORD_LETTERS_MAX = 24;

const LINE_SEPARATOR = 0x2028;
const COLON = 0x3a;
const UNDERSCORE = 0x5f;

const isScript = (cls: number): boolean => cls >= CharClass.greek && cls <= CharClass.hangul;
const isLetter = (cls: number): boolean => cls >= CharClass.lower && cls <= CharClass.southEastAsian;

/** Which message is scanned, and how much its keywords count. */
export interface ScannedMessage {
  readonly text: string;
  /** Index of the message. */
  readonly message: number;
  readonly weight: number;
}

/** What the scanner remembers from word to word, to know phrases. */
interface WordState {
  hash: number;
  start: number;
  end: number;
  readonly span: Span;
  /** Of the message. */
  readonly weight: number;
}

/**
 * Adds what one message holds to `counts`: one pass, O(length) whatever the text, any string accepted.
 * Every branch below moves `at` forward, and no branch looks further ahead than a keyword's length.
 */
export function scanMessage(scanned: ScannedMessage, counts: Counts): void {
  const { text, message, weight } = scanned;
  if (text !== '') {
    addEvidence(counts, { dimension: 'length', start: 0, end: text.length, message, label: 'text' });
  }
  const state: MarkState = {
    text,
    message,
    lineStart: true,
    sentenceStart: true,
    stemOver: false,
    nextChoice: 0,
    fenced: false,
  };
  const span: Span = { text, message, start: 0, end: 0, weight, leading: true };
  const previous: WordState = { hash: 0, start: -1, end: -2, span, weight };
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const cls = CHAR_CLASS[code] as number;
    if (isLetter(cls)) {
      at = scanWord(state, at, counts, previous);
    } else if (cls === CharClass.digit) {
      at = scanNumber(state, at, counts);
    } else if (cls === CharClass.space) {
      at++;
    } else if (cls === CharClass.newline || code === LINE_SEPARATOR) {
      state.lineStart = state.sentenceStart = true;
      at++;
    } else {
      if (counts.units[cls] === 0 && isScript(cls)) listScript(state, at, at + 1, counts);
      counts.units[cls] = (counts.units[cls] as number) + 1;
      if (cls === CharClass.han || cls === CharClass.kana || cls === CharClass.hangul) {
        if (at + 1 < text.length) {
          span.start = at;
          span.weight = state.fenced ? weight * FENCED_WEIGHT : weight;
          span.leading = true;
          matchUnspaced(span, counts);
        }
        state.lineStart = state.sentenceStart = false;
        at++;
      } else at = scanMark(state, at, counts);
    }
  }
}

/** A run of letters, whatever its script; looked up alone and with the word before it. */
function scanWord(state: MarkState, start: number, counts: Counts, previous: WordState): number {
  const { text, sentenceStart } = state;
  const { span } = previous;
  let hash = HASH_START | 0;
  let camel = false;
  let before: number = CharClass.upper;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const cls = CHAR_CLASS[code] as number;
    if (!isLetter(cls)) break;
    if (cls === CharClass.upper && before === CharClass.lower) camel = true;
    hash = rollHash(hash, foldCase(code));
    before = cls;
  }
  const letters = at - start;
  const firstClass = CHAR_CLASS[text.charCodeAt(start)] as number;
  if (counts.units[firstClass] === 0 && isScript(firstClass)) listScript(state, start, at, counts);
  counts.units[firstClass] = (counts.units[firstClass] as number) + letters;
  counts.words++;
  if (letters >= LONG_WORD_LETTERS) addLongWord(state, start, at, counts);
  if (camel || (start > 0 && text.charCodeAt(start - 1) === UNDERSCORE)) counts.identifiers++;
  state.lineStart = state.sentenceStart = false;
  if (letters <= KEYWORD_LETTERS_MAX) {
    const material = start > INSTRUCTION_REACH_UNITS && text.length - at > INSTRUCTION_REACH_UNITS;
    const share = state.fenced ? FENCED_WEIGHT : material ? MATERIAL_WEIGHT : 1;
    span.start = start;
    span.end = at;
    span.weight = previous.weight * share;
    span.leading = sentenceStart;
    const keyword = matchWord(hash, span, counts);
    if (previous.end === start - 1) {
      span.start = previous.start;
      matchPhrase(previous.hash, hash, span, counts);
    }
    if (announcesChoices(keyword) && text.charCodeAt(at) === COLON) state.stemOver = true;
    state.sentenceStart = sentenceStart && keepsSentenceStart(keyword);
  }
  previous.hash = hash;
  previous.start = start;
  previous.end = at;
  return at;
}

/** The first place of each script but Latin. */
function listScript({ message }: MarkState, start: number, end: number, counts: Counts): void {
  addEvidence(counts, { dimension: 'languages', start, end, message, label: 'script' });
}

function addLongWord({ message }: MarkState, start: number, end: number, counts: Counts): void {
  counts.longWords++;
  if (!wantsEvidence(counts, DIMENSION_INDEX.domain_knowledge)) return;
  addEvidence(counts, { dimension: 'domain_knowledge', start, end, message, label: 'long_word' });
}

/** A number with its separators; digits inside a name are no number. */
function scanNumber(state: MarkState, start: number, counts: Counts): number {
  const { text } = state;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (CHAR_CLASS[code] === CharClass.digit) continue;
    const separates = code === 0x2c || code === 0x2e;
    if (!separates || CHAR_CLASS[text.charCodeAt(at + 1)] !== CharClass.digit) break;
  }
  counts.units[CharClass.digit] = (counts.units[CharClass.digit] as number) + at - start;
  const before = start > 0 ? text.charCodeAt(start - 1) : 0;
  const behind = at < text.length ? text.charCodeAt(at) : 0;
  if (state.lineStart && (behind === 0x2e || behind === 0x29)) {
    counts.listItems++;
    addEvidence(counts, {
      dimension: 'instructions',
      start,
      end: at + 1,
      message: state.message,
      label: 'list_item',
    });
  } else if (before === 0x28 && behind === 0x29 && at - start === 1) {
    counts.numberedChoices++;
  } else if (!isLetter(CHAR_CLASS[before] as number) && before !== 0x5f) {
    counts.numbers++;
    if (!state.stemOver) counts.stemNumbers++;
    if (before === 0x24 || before === 0x20ac || before === 0xa3 || behind === 0x25) counts.amounts++;
    if (wantsEvidence(counts, DIMENSION_INDEX.mathematics)) {
      addEvidence(counts, {
        dimension: 'mathematics',
        start,
        end: at,
        message: state.message,
        label: 'number',
      });
    }
  }
  state.lineStart = state.sentenceStart = false;
  return at;
}
