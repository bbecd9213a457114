import { stat } from 'node:fs/promises';

/** What names a candidate: a folder where there is one of this name, else a version by its first 8 or more digits. */
export async function candidateKind(name: string): Promise<'folder' | 'version' | undefined> {
  const isFolder = await stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return 'folder';
  return /^[0-9a-f]{8,64}$/.test(name) ? 'version' : undefined;
}

export const neitherText = (name: string): string =>
  `${name} is neither a folder nor a version, 8 or more digits`;
