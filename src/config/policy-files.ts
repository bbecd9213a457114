import { createHash } from 'node:crypto';
import type { Fault } from '../core/fault.js';
import type { PolicyFileSummary } from '../core/policy/policy-history.js';
import { syntaxFault } from './json-syntax.js';
import type { Position } from './locate-fault.js';

/** One JSON file of a policy, parsed. */
export interface PolicyFile {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  readonly value: unknown;
  /** As it lies on disk, for those who look for a line. */
  readonly text: string;
}

/** One file of a policy as it lies in a folder. */
export interface PolicySource {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Why it was not read whole. */
  readonly unreadable?: string;
}

export interface PolicyFolder {
  /** SHA-256 over names and contents, hexadecimal. */
  readonly version: string;
  readonly files: readonly PolicyFile[];
  /** What the version is the hash of, by name. */
  readonly sources: readonly PolicySource[];
  /** Files that could not be read or parsed; a fault of syntax has its line and column. */
  readonly faults: readonly (Fault & Partial<Position>)[];
}

/** No rule file is near this; a larger one is a mistake, and parsing it would stall every Select. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** A policy has some dozen files of some kilobytes; what is far more is read at the cost of every Select meanwhile. */
export const FOLDER_MAX = { files: 1_000, bytes: 16 * 1024 * 1024 } as const;

/** Why a file of this size is not read, if it is not. */
export const tooLarge = (bytes: number): string | undefined =>
  bytes > MAX_FILE_BYTES ? `has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read` : undefined;

/** Whether a name is that of a file of the policy: not under `schema/`, which is ours, nor hidden, as editors' are. */
export const isPolicyFile = (file: string): boolean =>
  /\.json$/i.test(file) && !file.startsWith('schema/') && !IS_HIDDEN.test(file);

/** Whether files of a folder in the policy's folder are the policy's. */
export const isPolicyFolder = (folder: string): boolean => folder !== 'schema' && !IS_HIDDEN.test(folder);

const IS_HIDDEN = /(^|\/)\./;

/** Parses files and names the version that they are, whether or not they are good. */
export function policyFolderOf(given: readonly PolicySource[]): PolicyFolder {
  const sources = [...given].sort((a, b) => (a.file < b.file ? -1 : 1));
  const hash = createHash('sha256');
  const files: PolicyFile[] = [];
  const faults: (Fault & Partial<Position>)[] = [];
  for (const { file, bytes, unreadable } of sources) {
    // Length before content, so that no two folders hash alike by shifting bytes between files.
    hash.update(`${file}\u0000${bytes.length}\u0000`).update(bytes);
    const parsed = unreadable === undefined ? parseJson(bytes) : { reason: unreadable };
    if ('reason' in parsed) faults.push({ file, path: '$', ...parsed });
    else files.push({ file, ...parsed });
  }
  return { version: hash.digest('hex'), files, sources, faults };
}

export const summaryOf = ({ file, bytes }: PolicySource): PolicyFileSummary => ({
  file,
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

function parseJson(
  bytes: Uint8Array,
): { value: unknown; text: string } | ({ reason: string } & Partial<Position>) {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { reason: 'is not valid UTF-8' };
  }
  if (text.trim() === '') return { reason: 'is empty' };
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    // V8's own message quotes the file, and faults are logged; ours says where and what, and quotes nothing.
    const fault = syntaxFault(text);
    if (fault === undefined) return { reason: 'is not valid JSON' };
    const { line, column, reason } = fault;
    return { reason: `is not valid JSON: line ${line}, column ${column}: ${reason}`, line, column };
  }
}
