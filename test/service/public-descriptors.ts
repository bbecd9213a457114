import { execFile } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadDescriptorSet } from '../../src/service/descriptors.js';

export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BUF = `${PROJECT_ROOT}node_modules/.bin/buf`;

/** Writes the public descriptors as the build does, and loads them as the server does. */
export async function buildDescriptorSet(): Promise<Uint8Array> {
  const temporary = `build/descriptors.${process.pid}.binpb`;
  await mkdir(`${PROJECT_ROOT}build`, { recursive: true });
  await promisify(execFile)(
    BUF,
    [
      ...['build', '.', '--as-file-descriptor-set', '--exclude-source-info'],
      ...['--exclude-path', 'proto/sextant/storage', '-o', temporary],
    ],
    { cwd: PROJECT_ROOT, timeout: 30_000 },
  );
  await rename(PROJECT_ROOT + temporary, `${PROJECT_ROOT}build/descriptors.binpb`);
  return loadDescriptorSet();
}
