/** A version as Semantic Versioning 2.0.0 orders it; build metadata says nothing about order. */
export interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly (number | string)[];
}

/** Longer texts are no versions: comparing stays a matter of a few characters. */
const VERSION_LENGTH_MAX = 64;
const NUMBER = '(0|[1-9][0-9]{0,14})';
const FORM = new RegExp(
  `^v?${NUMBER}(?:\\.${NUMBER})?(?:\\.${NUMBER})?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?$`,
);

/** Reads `2.4.1-rc.1`, also with a leading `v` and without minor or patch, which are then 0. */
export function parseVersion(text: unknown): Version | undefined {
  if (typeof text !== 'string' || text.length > VERSION_LENGTH_MAX) return undefined;
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const prerelease = match[4]?.split('.') ?? [];
  if (prerelease.some((part) => part === '' || /^0[0-9]+$/.test(part))) return undefined;
  return {
    numbers: [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)],
    prerelease: prerelease.map((part) => (/^[0-9]{1,15}$/.test(part) ? Number(part) : part)),
  };
}

function compareIdentifiers(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a === b ? 0 : 1;
}

/** Negative, 0 or positive. Semantic Versioning 2.0.0, section 11. */
export function compareVersions(a: Version, b: Version): number {
  for (const [i, number] of a.numbers.entries()) {
    if (number !== b.numbers[i]) return number - (b.numbers[i] ?? 0);
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  }
  for (const [i, part] of a.prerelease.entries()) {
    const other = b.prerelease[i];
    if (other === undefined) return 1;
    const order = compareIdentifiers(part, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}
