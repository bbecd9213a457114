import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the build puts the public descriptors; `src/` and `dist/` are at the same depth. */
const DESCRIPTORS_URL = new URL('../../build/descriptors.binpb', import.meta.url);

/**
 * The FileDescriptorSet of everything the server serves, as `buf build` wrote it.
 *
 * @throws Error naming the file where the build has not written it.
 */
export function loadDescriptorSet(): Uint8Array {
  try {
    return readFileSync(DESCRIPTORS_URL);
  } catch (cause) {
    throw new Error(`Cannot read ${fileURLToPath(DESCRIPTORS_URL)}: write it with \`make descriptors\`.`, {
      cause,
    });
  }
}
