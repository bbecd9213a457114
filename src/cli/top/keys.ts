/** What a key asks for. */
export type Key = 'end' | 'up' | 'down' | 'pageUp' | 'pageDown';

const KEYS: ReadonlyMap<string, Key> = new Map([
  ['q', 'end'],
  ['\u0003', 'end'],
  ['k', 'up'],
  ['j', 'down'],
  ['b', 'pageUp'],
  [' ', 'pageDown'],
  // As terminals send them, with the cursor keys in their normal and in their application mode.
  ['\u001b[A', 'up'],
  ['\u001bOA', 'up'],
  ['\u001b[B', 'down'],
  ['\u001bOB', 'down'],
  ['\u001b[5~', 'pageUp'],
  ['\u001b[6~', 'pageDown'],
]);

/** A sequence that begins with escape, or a character. */
// eslint-disable-next-line no-control-regex
const ONE_KEY = /\u001b(?:\[[\d;]*[A-Za-z~]|O[A-Z])|./gsu;

/** Of what was typed, which over a slow line comes several keys at a time; others are passed over. */
export const keysIn = (typed: string): Key[] =>
  (typed.match(ONE_KEY) ?? []).flatMap((text) => KEYS.get(text) ?? []);
