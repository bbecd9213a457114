import { findNodeAtLocation, parseTree, visit, type JSONPath, type Node } from 'jsonc-parser';
import type { Fault } from '../core/fault.js';

/** Where a fault stands in its file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const STEP = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]|([^.[\]]+)/gy;

/** `rules[0].event['odd key']` as its steps; ends at the first part that it cannot read. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const text = path === '$' ? '' : path;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    if (text[STEP.lastIndex] === '.') STEP.lastIndex += 1;
    const match = STEP.exec(text);
    if (match === null) break;
    const [, index, quoted, single, plain] = match;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(quoted === undefined ? (single ?? plain)! : (JSON.parse(`"${quoted}"`) as string));
  }
  return steps;
}

function pathOf(steps: JSONPath): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

/** The position of a character of a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}

/** Finds paths in one file, which is parsed once. */
export class FaultLocator {
  private readonly root: Node | undefined;

  constructor(private readonly text: string) {
    this.root = parseTree(text);
  }

  /**
   * The key of a member, or the item of a list, that a path names; where the path ends before that, as for a field
   * that is missing, whatever encloses it.
   */
  locate(path: Fault['path']): Position {
    const steps = stepsOf(path);
    for (let length = steps.length; length >= 0 && this.root !== undefined; length--) {
      const node = length === 0 ? this.root : findNodeAtLocation(this.root, steps.slice(0, length));
      if (node === undefined) continue;
      const isMember = node.parent?.type === 'property' && typeof steps[length - 1] === 'string';
      return positionAt(this.text, isMember ? node.parent.offset : node.offset);
    }
    return { line: 1, column: 1 };
  }
}

/** Where a text stops being JSON; undefined where it is. */
export function syntaxErrorPosition(text: string): Position | undefined {
  let offset: number | undefined;
  visit(text, { onError: (_code, at) => (offset ??= at) }, { disallowComments: true });
  return offset === undefined ? undefined : positionAt(text, offset);
}

/** A key that stands in one object again, which JSON allows and takes the last of. */
export interface DuplicateKey extends Position {
  readonly path: string;
  /** Of the first. */
  readonly firstLine: number;
}

/** Keys that stand twice in one object. */
export function duplicateKeys(text: string): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const lines = new Map<string, number>();
  /** Where the objects around begin, the innermost last. */
  const objects: number[] = [];
  visit(text, {
    onObjectProperty: (key, _offset, _length, line, column, pathTo) => {
      const steps = [...pathTo(), key];
      const firstLine = lines.get(`${objects.at(-1)} ${key}`);
      if (firstLine === undefined) lines.set(`${objects.at(-1)} ${key}`, line + 1);
      else found.push({ path: pathOf(steps), line: line + 1, column: column + 1, firstLine });
    },
    onObjectBegin: (offset) => void objects.push(offset),
    onObjectEnd: () => void objects.pop(),
  });
  return found;
}
