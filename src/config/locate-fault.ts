import type { Fault } from '../core/fault.js';

/** Where a fault stands in its file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value of a file; of a member, where its key begins. */
interface Node {
  readonly offset: number;
  readonly members: Map<string, Node>;
}

interface Frame {
  readonly isArray: boolean;
  /** Absent below `DEPTH_MAX`. */
  readonly node: Node | undefined;
  readonly path: string;
  index: number;
}

interface Repeated {
  readonly path: string;
  readonly offset: number;
  readonly firstOffset: number;
}

/** No fault has a longer path; what is deeper is read over. */
const DEPTH_MAX = 200;
/** A file with more repeated keys is not mended by its list of them. */
const REPEATED_MAX = 200;
const STEP = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]|([^.[\]]+)/y;

/** `rules[0].event['odd key']` as its steps; ends at the first part that it cannot read. */
function stepsOf(path: string): string[] {
  const steps: string[] = [];
  const text = path === '$' ? '' : path;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    if (text[STEP.lastIndex] === '.') STEP.lastIndex += 1;
    const match = STEP.exec(text);
    if (match === null) break;
    const [, index, quoted, single, plain] = match;
    steps.push(quoted === undefined ? (index ?? single ?? plain)! : (JSON.parse(`"${quoted}"`) as string));
  }
  return steps;
}

function memberPath({ isArray, path }: Frame, name: string): string {
  if (isArray) return `${path}[${name}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

const TOKEN = /["{}[\],:]|[^\s{}[\],:"]+/g;

/** The offset past a text that begins at `start`. By hand: a regular expression keeps a stack on long texts. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Reads the tokens of valid JSON once, with its own stack: a file may be nested as deep as it likes. */
function scan(text: string): { readonly root: Node | undefined; readonly repeated: readonly Repeated[] } {
  const repeated: Repeated[] = [];
  const stack: Frame[] = [];
  let root: Node | undefined;
  let key: { name: string; offset: number } | undefined;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    const { index: offset } = match;
    const frame = stack.at(-1);
    if (token === '"') TOKEN.lastIndex = endOfText(text, offset);
    if (token === ',') {
      if (frame !== undefined) frame.index += 1;
      key = undefined;
    } else if (token === '}' || token === ']') {
      stack.pop();
      key = undefined;
    } else if (token !== ':') {
      if (frame !== undefined && !frame.isArray && key === undefined) {
        key = { name: JSON.parse(text.slice(offset, TOKEN.lastIndex)) as string, offset };
        const first = frame.node?.members.get(key.name);
        if (first !== undefined && repeated.length < REPEATED_MAX) {
          repeated.push({ path: memberPath(frame, key.name), offset, firstOffset: first.offset });
        }
        continue;
      }
      const node =
        stack.length > DEPTH_MAX
          ? undefined
          : { offset: key?.offset ?? offset, members: new Map<string, Node>() };
      const name = key?.name ?? String(frame?.index ?? 0);
      if (frame === undefined) root = node;
      else if (node !== undefined) frame.node?.members.set(name, node);
      if (token === '{' || token === '[') {
        const path = frame === undefined || node === undefined ? '' : memberPath(frame, name);
        stack.push({ isArray: token === '[', node, path, index: 0 });
        key = undefined;
      }
    }
  }
  return { root, repeated };
}

/** Offsets at which lines begin, so that many positions cost one pass. */
function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(offset: number, starts: readonly number[]): Position {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}

/** Finds paths in one file of valid JSON, which is read once. */
export class FaultLocator {
  private readonly root: Node | undefined;
  private readonly lineStarts: readonly number[];

  constructor(text: string) {
    this.root = scan(text).root;
    this.lineStarts = lineStartsOf(text);
  }

  /**
   * The key of a member, or the item of a list, that a path names; where the path ends before that, as for a field
   * that is missing, whatever encloses it.
   */
  locate(path: Fault['path']): Position {
    let node = this.root;
    for (const step of stepsOf(path)) {
      const next = node?.members.get(step);
      if (next === undefined) break;
      node = next;
    }
    return positionAt(node?.offset ?? 0, this.lineStarts);
  }
}

/** A key that stands in one object again, which JSON allows and takes the last of. */
export interface DuplicateKey extends Position {
  readonly path: string;
  /** Of the one before. */
  readonly firstLine: number;
}

/** Keys that stand twice in one object. */
export function duplicateKeys(text: string): readonly DuplicateKey[] {
  const { repeated } = scan(text);
  const starts = repeated.length === 0 ? [] : lineStartsOf(text);
  return repeated.map(({ path, offset, firstOffset }) => ({
    path,
    ...positionAt(offset, starts),
    firstLine: positionAt(firstOffset, starts).line,
  }));
}
