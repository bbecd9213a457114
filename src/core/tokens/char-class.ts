/** What a UTF-16 code unit is to a byte-pair encoder. */
export const CharClass = {
  space: 0,
  newline: 1,
  digit: 2,
  punctuation: 3,
  lower: 4,
  upper: 5,
  /** Latin letters beyond ASCII; they stay inside a word. */
  accented: 6,
  greek: 7,
  cyrillic: 8,
  hebrew: 9,
  arabic: 10,
  indic: 11,
  southEastAsian: 12,
  kana: 13,
  han: 14,
  hangul: 15,
  surrogate: 16,
  other: 17,
} as const;

export const CHAR_CLASS_COUNT = 18;

/** First code unit of each range, ascending, with its class; a range ends where the next begins. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x0000, CharClass.other],
  [0x0009, CharClass.space],
  [0x000a, CharClass.newline],
  [0x000b, CharClass.space],
  [0x000d, CharClass.newline],
  [0x000e, CharClass.other],
  [0x0020, CharClass.space],
  [0x0021, CharClass.punctuation],
  [0x0030, CharClass.digit],
  [0x003a, CharClass.punctuation],
  [0x0041, CharClass.upper],
  [0x005b, CharClass.punctuation],
  [0x0061, CharClass.lower],
  [0x007b, CharClass.punctuation],
  [0x007f, CharClass.other],
  [0x00a0, CharClass.space],
  [0x00a1, CharClass.punctuation],
  [0x00c0, CharClass.accented],
  [0x0300, CharClass.other],
  [0x0370, CharClass.greek],
  [0x0400, CharClass.cyrillic],
  [0x0530, CharClass.other],
  [0x0590, CharClass.hebrew],
  [0x0600, CharClass.arabic],
  [0x060c, CharClass.punctuation],
  [0x060d, CharClass.arabic],
  [0x061b, CharClass.punctuation],
  [0x061c, CharClass.arabic],
  [0x061f, CharClass.punctuation],
  [0x0620, CharClass.arabic],
  [0x0780, CharClass.other],
  [0x0900, CharClass.indic],
  [0x0e00, CharClass.southEastAsian],
  [0x10a0, CharClass.other],
  [0x1100, CharClass.hangul],
  [0x1200, CharClass.other],
  [0x1e00, CharClass.accented],
  [0x1f00, CharClass.greek],
  [0x2000, CharClass.other],
  [0x2010, CharClass.punctuation],
  [0x2060, CharClass.other],
  [0x3001, CharClass.punctuation],
  [0x3021, CharClass.other],
  [0x3040, CharClass.kana],
  [0x3100, CharClass.other],
  [0x3400, CharClass.han],
  [0xa000, CharClass.other],
  [0xac00, CharClass.hangul],
  [0xd7b0, CharClass.other],
  [0xd800, CharClass.surrogate],
  [0xe000, CharClass.other],
  [0xf900, CharClass.han],
  [0xfb00, CharClass.other],
  [0xfb50, CharClass.arabic],
  [0xfe00, CharClass.other],
  [0xfe70, CharClass.arabic],
  [0xff00, CharClass.punctuation],
  [0xff66, CharClass.kana],
  [0xffa0, CharClass.other],
];

/** Class of every UTF-16 code unit, by index: one byte read instead of a search per character. */
export const CHAR_CLASS: Uint8Array = buildTable();

function buildTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let index = 0; index < RANGES.length; index++) {
    const [start, charClass] = RANGES[index] as readonly [number, number];
    table.fill(charClass, start, RANGES[index + 1]?.[0] ?? table.length);
  }
  return table;
}
