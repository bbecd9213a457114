import { LEXICON } from './lexicon.js';
import { SIGNALS } from './signal.js';

/** One keyword with every signal it stands for. */
export interface Keyword {
  readonly text: string;
  readonly signals: readonly number[];
}

/** Start value and multiplier of the 32-bit FNV-1a hash, which the scanner rolls over each word. */
export const HASH_START = 0x811c9dc5;
export const HASH_PRIME = 0x01000193;

/** Separates the two words of a phrase; also their separator in {@link LEXICON}. */
const PHRASE_SEPARATOR = '_';
const PHRASE_MARK = 0x5f;

/** First code unit of the scripts that are written without spaces between words. */
const UNSPACED_FROM = 0x3040;

/** Case folding by code unit: ASCII, Latin-1 and basic Cyrillic capitals to small letters. */
export function foldCase(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code | 0x20;
  if (code < 0xc0) return code;
  if (code <= 0xde) return code === 0xd7 ? code : code + 0x20;
  return code >= 0x410 && code <= 0x42f ? code + 0x20 : code;
}

export function rollHash(hash: number, code: number): number {
  return Math.imul(hash ^ code, HASH_PRIME);
}

/** Hash of the two words of a phrase, from the hashes of the words. */
export function phraseHash(first: number, second: number): number {
  return Math.imul(rollHash(first, PHRASE_MARK) ^ second, HASH_PRIME);
}

/** Hash of two neighbouring characters of an unspaced script. */
export function pairHash(first: number, second: number): number {
  return Math.imul(first * 31 + second, HASH_PRIME);
}

/**
 * Keywords by hash, by linear probing. A hash can have several keywords; whoever asks compares the text.
 * Built once; lookups allocate nothing.
 */
export interface KeywordTable {
  readonly mask: number;
  /** Index + 1 into `keywords`, 0 where free. */
  readonly slots: Int32Array;
  readonly hashes: Int32Array;
  readonly keywords: readonly Keyword[];
}

/** Next slot at or after `slot` that holds `hash`, or -1. Start with `hash & table.mask`. */
export function findSlot(table: KeywordTable, hash: number, from: number): number {
  for (let slot = from & table.mask; table.slots[slot] !== 0; slot = (slot + 1) & table.mask) {
    if (table.hashes[slot] === hash) return slot;
  }
  return -1;
}

function hashWord(word: string): number {
  let hash = HASH_START | 0;
  for (let index = 0; index < word.length; index++) hash = rollHash(hash, foldCase(word.charCodeAt(index)));
  return hash;
}

function buildTable(keywords: readonly Keyword[], hashOf: (text: string) => number): KeywordTable {
  let size = 64;
  while (size < keywords.length * 4) size *= 2;
  const table = {
    mask: size - 1,
    slots: new Int32Array(size),
    hashes: new Int32Array(size),
    keywords,
  };
  keywords.forEach((keyword, index) => {
    const hash = hashOf(keyword.text);
    let slot = hash & table.mask;
    while (table.slots[slot] !== 0) slot = (slot + 1) & table.mask;
    table.slots[slot] = index + 1;
    table.hashes[slot] = hash;
  });
  return table;
}

function keywordsOfLexicon(): Keyword[] {
  const signalsByText = new Map<string, number[]>();
  SIGNALS.forEach((name, signal) => {
    for (const word of LEXICON[name].split(/\s+/u)) {
      const signals = signalsByText.get(word) ?? [];
      if (!signals.includes(signal)) signals.push(signal);
      signalsByText.set(word, signals);
    }
  });
  signalsByText.delete('');
  return [...signalsByText].map(([text, signals]) => ({ text, signals }));
}

const ALL = keywordsOfLexicon();
const isUnspaced = (keyword: Keyword): boolean => keyword.text.charCodeAt(0) >= UNSPACED_FROM;
const isPhrase = (keyword: Keyword): boolean => keyword.text.includes(PHRASE_SEPARATOR);

export const WORDS: KeywordTable = buildTable(
  ALL.filter((keyword) => !isUnspaced(keyword) && !isPhrase(keyword)),
  hashWord,
);

export const PHRASES: KeywordTable = buildTable(ALL.filter(isPhrase), (text) => {
  const cut = text.indexOf(PHRASE_SEPARATOR);
  return phraseHash(hashWord(text.slice(0, cut)), hashWord(text.slice(cut + 1)));
});

export const UNSPACED: KeywordTable = buildTable(
  ALL.filter((keyword) => isUnspaced(keyword) && keyword.text.length > 1),
  (text) => pairHash(text.charCodeAt(0), text.charCodeAt(1)),
);
