import { stat } from 'node:fs/promises';

/** Whether there is a folder of this name; where none is, a command takes it for a version. */
export const isFolder = (name: string): Promise<boolean> =>
  stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Whether a name can be that of a version: its first 8 or more digits. */
export const isVersionName = (name: string): boolean => /^[0-9a-f]{8,64}$/.test(name);
