import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
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
