/** What is wrong with a text that is no JSON, and where it is seen. */
export interface SyntaxFault {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

type State = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'done';

const TOKEN = /["{}[\],:]|[^\s{}[\],:"]+/g;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

const EXPECTED: Readonly<Record<State, string>> = {
  value: 'a value is expected',
  'value or end': 'a value or ] is expected',
  key: 'a key in double quotes is expected',
  'key or end': 'a key in double quotes or } is expected',
  colon: 'a colon is expected after a key',
  'comma or end': 'a comma is expected, or the end of the object or list',
  done: 'nothing more is expected',
};

/** The offset past a text that begins at `start`, or undefined where it does not end on its line. */
function endOfText(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += text[at] === '\\' ? 2 : 1) {
    if (text[at] === '"') return at + 1;
  }
  return undefined;
}

function isText(slice: string): boolean {
  try {
    JSON.parse(slice);
    return true;
  } catch {
    return false;
  }
}

/** Reads on until the first token that may not stand where it stands. With its own stack, however deep the text. */
function firstFault(text: string): { offset: number; reason: string } | undefined {
  const open: string[] = [];
  let state: State = 'value';
  const afterValue = (): State => (open.length === 0 ? 'done' : 'comma or end');
  TOKEN.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[0];
    const offset = match.index;
    const fault = (reason = EXPECTED[state]) => ({ offset, reason });
    const isKey: boolean = state === 'key' || state === 'key or end';
    const isValue: boolean = state === 'value' || state === 'value or end';
    if (/^(?:\/\/|\/\*|#)/.test(token)) return fault('JSON has no comments; write a "description"');
    if (token === '"') {
      if (!isKey && !isValue) return fault();
      const end = endOfText(text, offset);
      if (end === undefined) return fault('this text does not end on its line: a " is missing');
      if (!isText(text.slice(offset, end))) return fault('this text holds a character that must be escaped');
      TOKEN.lastIndex = end;
      state = isKey ? 'colon' : afterValue();
    } else if (token === '{' || token === '[') {
      if (!isValue) return fault();
      open.push(token);
      state = token === '{' ? 'key or end' : 'value or end';
    } else if (token === '}' || token === ']') {
      const opener = token === '}' ? '{' : '[';
      if (open.at(-1) === opener && (state === 'key' || (state === 'value' && opener === '['))) {
        return fault(`a comma may not stand before ${token}`);
      }
      if (
        open.at(-1) !== opener ||
        isKey !== (state === 'key or end') ||
        state === 'colon' ||
        state === 'value'
      ) {
        return fault();
      }
      open.pop();
      state = afterValue();
    } else if (token === ',') {
      if (state !== 'comma or end') return fault();
      state = open.at(-1) === '{' ? 'key' : 'value';
    } else if (token === ':') {
      if (state !== 'colon') return fault();
      state = 'value';
    } else {
      if (!isValue) return fault();
      if (token.startsWith("'")) return fault('texts stand in double quotes');
      if (!SCALAR.test(token)) return fault('this is no value: is it a text without its double quotes?');
      state = afterValue();
    }
  }
  if (state === 'done') return undefined;
  const what = open.at(-1) === '{' ? 'an object' : open.at(-1) === '[' ? 'a list' : 'everything';
  return { offset: text.trimEnd().length, reason: `the file ends in the middle of ${what}` };
}

/** Where a text stops being JSON, in words for whoever wrote it; undefined where it is JSON. */
export function syntaxFault(text: string): SyntaxFault | undefined {
  const found = firstFault(text);
  if (found === undefined) return undefined;
  const before = text.slice(0, found.offset);
  const line = before.split('\n').length;
  return { line, column: found.offset - before.lastIndexOf('\n'), reason: found.reason };
}
