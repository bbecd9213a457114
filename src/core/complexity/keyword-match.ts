import type { ComplexityDimension } from '../profile.js';
import { addEvidence, DIMENSION_INDEX, wantsEvidence, type Counts } from './counts.js';
import {
  findSlot,
  foldCase,
  pairHash,
  PHRASES,
  phraseHash,
  UNSPACED,
  WORDS,
  type Keyword,
  type KeywordTable,
} from './keyword-table.js';
import { DIMENSION_OF_SIGNAL, Signal, SIGNALS, type SignalName } from './signal.js';

/** A stretch of one message's text, and how much a keyword there counts. One object serves a whole message. */
export interface Span {
  readonly text: string;
  readonly message: number;
  start: number;
  end: number;
  weight: number;
  /** Whether a sentence or line begins here. */
  leading: boolean;
}

/** Whether `text[start, end)` is the keyword under case folding; a phrase's `_` matches any one unit. */
function spells(keyword: string, span: Span): boolean {
  if (span.end - span.start !== keyword.length) return false;
  for (let index = 0; index < keyword.length; index++) {
    const expected = keyword.charCodeAt(index);
    if (expected !== 0x5f && foldCase(span.text.charCodeAt(span.start + index)) !== expected) return false;
  }
  return true;
}

function lookUp(table: KeywordTable, hash: number, span: Span): Keyword | undefined {
  for (let slot = findSlot(table, hash, hash); slot >= 0; slot = findSlot(table, hash, slot + 1)) {
    const keyword = table.keywords[(table.slots[slot] as number) - 1] as Keyword;
    if (spells(keyword.text, span)) return keyword;
  }
  return undefined;
}

const INDEX_OF_SIGNAL = DIMENSION_OF_SIGNAL.map((dimension) => DIMENSION_INDEX[dimension]);

function record({ signals }: Keyword, span: Span, counts: Counts): void {
  for (let i = 0; i < signals.length; i++) {
    const signal = signals[i] as number;
    counts.hits[signal] = (counts.hits[signal] as number) + span.weight;
    if (span.leading) counts.leading[signal] = (counts.leading[signal] as number) + span.weight;
    if (!wantsEvidence(counts, INDEX_OF_SIGNAL[signal] as number)) continue;
    const dimension = DIMENSION_OF_SIGNAL[signal] as ComplexityDimension;
    const { start, end, message } = span;
    addEvidence(counts, { dimension, start, end, message, label: SIGNALS[signal] as SignalName });
  }
}

/** Looks up one word; says whether it is one that may stand before an imperative. */
export function matchWord(hash: number, span: Span, counts: Counts): Keyword | undefined {
  const keyword = lookUp(WORDS, hash, span);
  if (keyword !== undefined) record(keyword, span, counts);
  return keyword;
}

/** Looks up two words that one unit parts, by the hashes of both. */
export function matchPhrase(first: number, second: number, span: Span, counts: Counts): void {
  const keyword = lookUp(PHRASES, phraseHash(first, second), span);
  if (keyword !== undefined) record(keyword, span, counts);
}

/** Looks up the keywords of unspaced scripts that begin at the span's start; sets its end. */
export function matchUnspaced(span: Span, counts: Counts): void {
  const { text, start } = span;
  const hash = pairHash(text.charCodeAt(start), text.charCodeAt(start + 1));
  for (let slot = findSlot(UNSPACED, hash, hash); slot >= 0; slot = findSlot(UNSPACED, hash, slot + 1)) {
    const keyword = UNSPACED.keywords[(UNSPACED.slots[slot] as number) - 1] as Keyword;
    if (!text.startsWith(keyword.text, start)) continue;
    span.end = start + keyword.text.length;
    record(keyword, span, counts);
  }
}

/** Whether a sentence still counts as beginning behind this word. */
export function keepsSentenceStart(keyword: Keyword | undefined): boolean {
  return keyword !== undefined && keyword.signals.includes(Signal.polite_word);
}

/** Whether this word announces a list of options. */
export function announcesChoices(keyword: Keyword | undefined): boolean {
  return keyword !== undefined && keyword.signals.includes(Signal.choice_word);
}
