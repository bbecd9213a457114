import { nameInFolder } from './policy-file-name.js';

/** A file of a policy as RPCs take it: its content in base64. */
export interface PolicyFileJson {
  readonly file: string;
  readonly content: string;
}

/** A folder that was picked, read. */
export interface PickedFolder {
  readonly name: string;
  readonly files: readonly PolicyFileJson[];
}

/** Reads the policy's files of a folder: as the server, none that are hidden or under `schema/`. */
export async function readFolder(picked: readonly File[]): Promise<PickedFolder> {
  const files = picked.flatMap((file) => {
    const name = nameInFolder(file.webkitRelativePath);
    return name === undefined ? [] : [{ name, file }];
  });
  return {
    name: picked[0]?.webkitRelativePath.split('/')[0] ?? '',
    files: await Promise.all(
      files.map(async ({ name, file }) => ({ file: name, content: base64(await file.arrayBuffer()) })),
    ),
  };
}

/** No more arguments than a call takes. */
const BYTES_AT_ONCE = 8_192;

function base64(buffer: ArrayBuffer): string {
  const bytes = new Uint8Array(buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += BYTES_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(i, i + BYTES_AT_ONCE));
  return btoa(text);
}
