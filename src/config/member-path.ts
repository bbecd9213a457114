/** A tree of settings as a source gave it: objects, lists and scalars. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `auth.tokens[0]["a b"]` as its members: `auth`, `tokens`, `0`, `a b`. The root `$` has none. */
export function pathMembers(path: string): string[] {
  if (path === '$') return [];
  const members = path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return Array.from(members, ([, index, quoted, plain]) =>
    quoted === undefined ? (index ?? plain ?? '') : String(JSON.parse(quoted)),
  );
}

/** The value at a path, by own members only, or undefined. */
export function valueAt(root: unknown, path: string): unknown {
  return pathMembers(path).reduce<unknown>(
    (node, member) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, member)
        ? (node as Tree)[member]
        : undefined,
    root,
  );
}
