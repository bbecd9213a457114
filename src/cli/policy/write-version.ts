import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PolicyFile } from '../../gen/sextant/v1/policy.js';

/** Writes a version's files into an empty or new folder. @throws Error where something is there already. */
export async function writeVersion(folder: string, files: readonly PolicyFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
  for (const { file, content } of files) {
    if (file.split('/').includes('..')) throw new Error(`"${file}" lies outside the folder`);
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  console.log(`${files.length} files in ${folder}`);
}
