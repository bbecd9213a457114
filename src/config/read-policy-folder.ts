import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../core/fault.js';

/** One JSON file of a policy folder, parsed. */
export interface PolicyFile {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  readonly value: unknown;
}

export interface PolicyFolder {
  /** SHA-256 over names and contents, hexadecimal. */
  readonly version: string;
  readonly files: readonly PolicyFile[];
  /** Files that could not be read or parsed. */
  readonly faults: readonly Fault[];
}

/** No rule file is near this; a larger one is a mistake, and parsing it would stall every Select. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Reads every JSON file under a folder but `schema/`, which is ours, and hidden ones, which are editors'.
 * @throws Error where the folder itself cannot be read.
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
  const names = (await readdir(folder, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json') && !name.startsWith('schema/') && !/(^|\/)\./.test(name))
    .sort();
  const hash = createHash('sha256');
  const files: PolicyFile[] = [];
  const faults: Fault[] = [];
  for (const file of names) {
    const read = await readText(join(folder, file));
    // Length before content, so that no two folders hash alike by shifting bytes between files.
    hash.update(`${file}\u0000${read.bytes.length}\u0000`).update(read.bytes);
    const parsed = read.reason === undefined ? parseJson(read.bytes, file) : { reason: read.reason };
    if ('reason' in parsed) faults.push({ file, path: '$', reason: parsed.reason });
    else files.push({ file, value: parsed.value });
  }
  return { version: hash.digest('hex'), files, faults };
}

async function readText(path: string): Promise<{ bytes: Buffer; reason?: string }> {
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) {
    return {
      bytes: Buffer.from(String(size)),
      reason: `has ${size} bytes; at most ${MAX_FILE_BYTES} are read`,
    };
  }
  return { bytes: await readFile(path) };
}

function parseJson(bytes: Buffer, file: string): { value: unknown } | { reason: string } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { reason: 'is not valid UTF-8' };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const what = describeSyntaxError(error as SyntaxError, text);
    return { reason: `is not valid JSON: ${file === PROMPTS_FILE ? withoutQuote(what) : what}` };
  }
}

/** Faults are logged, and prompts do not belong in logs. */
const PROMPTS_FILE = 'prompts.json';
const withoutQuote = (message: string): string =>
  message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not/s, ' is not');

/** V8 names an offset; people want a line. */
function describeSyntaxError(error: SyntaxError, text: string): string {
  const at = /position (\d+)/.exec(error.message);
  // Short messages quote the source around the fault instead of naming an offset.
  if (at === null) return error.message.replace(/\s+/g, ' ');
  const before = text.slice(0, Number(at[1])).split('\n');
  const what = error.message.replace(/ in JSON at position.*| \(line \d+ column \d+\)/s, '');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}`;
}
