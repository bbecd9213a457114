import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Fault } from '../core/fault.js';
import { CONFIG_SCHEMA } from './config-schema.js';
import type { Layer, Place } from './layer.js';
import { isTree, pathMembers, type Tree } from './member-path.js';

/** A configuration file as it was read; `name` is what messages call it. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

// A real file has a few kilobytes; the parser's time grows with the text.
const MAX_FILE_LENGTH = 1024 * 1024;

/** The offset of the deepest node on the way to `path` that the document has. */
function offsetOf(document: Document, path: string): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const member of pathMembers(path)) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === member);
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(member)];
      const range = (node as { range?: readonly number[] | null } | undefined)?.range;
      offset = range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** A section whose settings are all commented out says nothing. */
function withoutEmptySections(root: Tree): Tree {
  const isEmpty = ([key, value]: [string, unknown]): boolean =>
    value === null && Object.hasOwn(CONFIG_SCHEMA.properties, key);
  return Object.fromEntries(Object.entries(root).filter((entry) => !isEmpty(entry)));
}

function layerOf(document: Document.Parsed, placeOf: Layer['placeOf']): Layer {
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return { tree: {}, faults: [], placeOf };
  if (!isTree(value)) {
    const reason = 'must be a mapping of sections such as server: and store:';
    return { tree: {}, faults: [{ ...placeOf('$'), reason }], placeOf };
  }
  return { tree: withoutEmptySections(value), faults: [], placeOf };
}

/** Reads one YAML document. Never throws: what is no YAML comes back as faults. */
export function fileLayer({ name, text }: ConfigFile): Layer {
  const broken = (faults: readonly Fault[]): Layer => ({
    tree: {},
    faults,
    placeOf: () => ({ file: name, path: '$' }),
  });
  if (text.length > MAX_FILE_LENGTH) {
    return broken([{ file: name, path: '$', reason: `is longer than ${MAX_FILE_LENGTH} characters` }]);
  }
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    const atOffset = (offset: number | undefined, path: string): Place => ({
      file: offset === undefined ? name : `${name}:${lines.linePos(offset).line}`,
      path,
    });
    const problems = [...document.errors, ...document.warnings];
    if (problems.length > 0) {
      return broken(problems.map(({ pos, message }) => ({ ...atOffset(pos[0], '$'), reason: message })));
    }
    return layerOf(document, (path) => atOffset(offsetOf(document, path), path));
  } catch (thrown) {
    // Aliases without an anchor, too many aliases, nesting deeper than the stack.
    const reason = thrown instanceof Error ? thrown.message : 'cannot be read';
    return broken([{ file: name, path: '$', reason }]);
  }
}
