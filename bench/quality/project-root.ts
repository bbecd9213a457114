import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, whether this file runs as source or as built. @throws Error outside the project. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'rules/schema'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the benchmark needs the folder rules/ of the project');
    folder = parent;
  }
  return folder;
}

/** Where the outcome sets lie: where SEXTANT_DATA says, else beside the project. */
export const dataFolder = (): string =>
  process.env['SEXTANT_DATA'] ?? join(projectRoot(), '..', 'shared', 'data');
