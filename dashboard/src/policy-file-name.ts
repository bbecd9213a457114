/** Relative to the folder; absent where it is no file of a policy. */
export function nameInFolder(path: string): string | undefined {
  const name = path.slice(path.indexOf('/') + 1);
  return /\.json$/i.test(name) && !name.startsWith('schema/') && !/(^|\/)\./.test(name) ? name : undefined;
}
