import { stat } from 'node:fs/promises';

/** Whether there is a folder of this name; where none is, a command takes it for a version. */
export const isFolder = (name: string): Promise<boolean> =>
  stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
