import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PARTIAL } from '../store/ports.js';

/** A backup's name, by the time that it was begun; whatever else lies in the folder is not ours to remove. */
const BACKUP = /^\d{4}-\d\d-\d\dT[\d.-]+Z$/;

const isPartial = (name: string): boolean =>
  name.endsWith(PARTIAL) && BACKUP.test(name.slice(0, -PARTIAL.length));

/**
 * Removes backups that broke off, of which nothing was written since a time: another server's that is on its way stays.
 * @returns their names.
 */
export async function removeBrokenBackups(folder: string, sinceMs: number): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of (await namesIn(folder)).filter(isPartial)) {
    const path = join(folder, name);
    if ((await writtenMs(path)) >= sinceMs) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // It is made by the first backup.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** When something in a folder was written last. */
async function writtenMs(folder: string): Promise<number> {
  const paths = [folder, ...(await readdir(folder)).map((name) => join(folder, name))];
  return Math.max(...(await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))));
}
