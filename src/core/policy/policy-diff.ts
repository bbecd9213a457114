import { diffJson, type JsonChange } from './json-diff.js';

/** One file of a policy: its text, and what JSON it is. */
export interface DiffedFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
}

/** What became of one file. */
export interface FileDiff {
  readonly file: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** None where only spaces or the order of members changed. */
  readonly changes: readonly JsonChange[];
}

/** What differs between two policies, by file name; files whose texts are equal are left out. */
export function diffPolicies(
  before: readonly DiffedFile[],
  after: readonly DiffedFile[],
): readonly FileDiff[] {
  const diffs: FileDiff[] = [];
  const former = new Map(before.map((file) => [file.file, file]));
  for (const { file, text, value } of after) {
    const known = former.get(file);
    former.delete(file);
    if (known === undefined) diffs.push({ file, kind: 'added', changes: diffJson(emptied(value), value) });
    else if (known.text !== text)
      diffs.push({ file, kind: 'changed', changes: diffJson(known.value, value) });
  }
  for (const { file, value } of former.values()) {
    diffs.push({ file, kind: 'removed', changes: diffJson(value, emptied(value)) });
  }
  return diffs.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A file's object with its lists empty and all else gone: against it, each rule and model is a change by itself. */
function emptied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const lists = Object.entries(value).filter(([, member]) => Array.isArray(member));
  return Object.fromEntries(lists.map(([name]) => [name, []]));
}
