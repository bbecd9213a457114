import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isPolicyFile,
  policyFolderOf,
  tooLarge,
  type PolicyFolder,
  type PolicySource,
} from './policy-files.js';

/**
 * Reads every JSON file under a folder but `schema/`, which is ours, and hidden ones, which are editors'.
 * @throws Error where the folder itself cannot be read.
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
  const root = await rootOf(folder);
  const names = (await readdir(root, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .filter(isPolicyFile);
  return policyFolderOf(await Promise.all(names.map((file) => readSource(root, file))));
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

async function readSource(root: string, file: string): Promise<PolicySource> {
  const path = join(root, file);
  const { size } = await stat(path);
  const unreadable = tooLarge(size);
  if (unreadable !== undefined) return { file, bytes: Buffer.from(String(size)), unreadable };
  return { file, bytes: await readFile(path) };
}
