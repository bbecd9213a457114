import { addEvidence, wantsEvidence, type Counts } from './counts.js';
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
import { dimensionOf, Signal, SIGNALS } from './signal.js';

/** A stretch of one message's text. */
export interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly message: number;
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

function record(
  keyword: Keyword,
  span: Span,
  counts: Counts,
  weights: { weight: number; leading: boolean },
): void {
  for (const signal of keyword.signals) {
    counts.hits[signal] = (counts.hits[signal] as number) + weights.weight;
    if (weights.leading) counts.leading[signal] = (counts.leading[signal] as number) + weights.weight;
    const label = SIGNALS[signal] as (typeof SIGNALS)[number];
    const dimension = dimensionOf(label);
    if (!wantsEvidence(counts, dimension)) continue;
    addEvidence(counts, { dimension, start: span.start, end: span.end, message: span.message, label });
  }
}

/** Looks up one word; says whether it is one that may stand before an imperative. */
export function matchWord(
  hash: number,
  span: Span,
  counts: Counts,
  weights: { weight: number; leading: boolean },
): Keyword | undefined {
  const keyword = lookUp(WORDS, hash, span);
  if (keyword !== undefined) record(keyword, span, counts, weights);
  return keyword;
}

/** Looks up two words that one unit parts. */
export function matchPhrase(
  hashes: { first: number; second: number },
  span: Span,
  counts: Counts,
  weights: { weight: number; leading: boolean },
): void {
  const keyword = lookUp(PHRASES, phraseHash(hashes.first, hashes.second), span);
  if (keyword !== undefined) record(keyword, span, counts, weights);
}

/** Looks up the keywords of unspaced scripts that begin at `start`. */
export function matchUnspaced(
  text: string,
  at: { start: number; message: number },
  counts: Counts,
  weight: number,
): void {
  const hash = pairHash(text.charCodeAt(at.start), text.charCodeAt(at.start + 1));
  for (let slot = findSlot(UNSPACED, hash, hash); slot >= 0; slot = findSlot(UNSPACED, hash, slot + 1)) {
    const keyword = UNSPACED.keywords[(UNSPACED.slots[slot] as number) - 1] as Keyword;
    if (!text.startsWith(keyword.text, at.start)) continue;
    const span = { text, start: at.start, end: at.start + keyword.text.length, message: at.message };
    record(keyword, span, counts, { weight, leading: true });
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
