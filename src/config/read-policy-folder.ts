import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FOLDER_MAX,
  isPolicyFile,
  isPolicyFolder,
  policyFolderOf,
  tooLarge,
  type PolicyFolder,
  type PolicySource,
} from './policy-files.js';

/**
 * Reads every JSON file under a folder but `schema/`, which is ours, and hidden ones, which are editors'. What is no
 * plain file, what is too large, and what there is too much of is not read, and is a fault.
 * @throws Error where the folder itself cannot be read.
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
  const root = await rootOf(folder);
  const sources: PolicySource[] = [];
  let bytesLeft = FOLDER_MAX.bytes;
  for await (const { file, unreadable } of walk(root)) {
    if (sources.length === FOLDER_MAX.files) {
      sources.push(unread(file, `comes after ${FOLDER_MAX.files} others; no more are read`));
      break;
    }
    const source =
      unreadable === undefined ? await readSource(root, file, bytesLeft) : unread(file, unreadable);
    bytesLeft -= source.bytes.length;
    sources.push(source);
  }
  return policyFolderOf(sources);
}

/**
 * Where the files really lie. A folder that is published by turning a symbolic link – Kubernetes turns
 * `..data` in a mounted ConfigMap, git-sync the folder itself – is read from behind the link, so that
 * a turn in the midst cannot mix the files of two versions.
 */
async function rootOf(folder: string): Promise<string> {
  const root = await realpath(folder);
  try {
    return await realpath(join(root, '..data'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return root;
    throw error;
  }
}

interface Found {
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  readonly unreadable?: string;
}

/** Names by folder, in order. Links to folders are not followed: they may lead anywhere, and round in circles. */
async function* walk(root: string, folder = ''): AsyncGenerator<Found> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (isPolicyFolder(file)) yield* walk(root, file);
    } else if (isPolicyFile(file)) yield { file };
    else if (entry.isSymbolicLink() && isPolicyFolder(file) && (await isFolder(join(root, file))))
      yield { file, unreadable: 'is a link to a folder, which is not followed' };
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Reads no more than may be read, and never waits: a pipe has no end. */
async function readSource(root: string, file: string, bytesLeft: number): Promise<PolicySource> {
  let handle;
  try {
    handle = await open(join(root, file), constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await handle.stat();
    if (!found.isFile()) return unread(file, 'is no plain file');
    const large = tooLarge(found.size);
    if (large !== undefined) return unread(file, large);
    if (found.size > bytesLeft)
      return unread(file, `makes the folder larger than the ${FOLDER_MAX.bytes} bytes that are read`);
    const buffer = Buffer.alloc(found.size);
    const { bytesRead } = await handle.read(buffer, 0, found.size, 0);
    return { file, bytes: buffer.subarray(0, bytesRead) };
  } catch (error) {
    return unread(file, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  } finally {
    await handle?.close();
  }
}

/** The reason stands for the content in the version: once it is another, so is the version. */
const unread = (file: string, unreadable: string): PolicySource => ({
  file,
  bytes: Buffer.from(unreadable),
  unreadable,
});
