import type { Violations } from './validate/violations.js';

export interface PageLimits {
  readonly max: number;
  readonly byDefault: number;
}

/** The size of a page: 0 asks for the default. */
export function pageSize(wire: number, { max, byDefault }: PageLimits, violations: Violations): number {
  if (wire === 0) return byDefault;
  return violations.number('page_size', wire, { low: 1, high: max });
}

/** A token is the key of the last row of the page before, so that rows that come or go shift nothing. */
export const pageToken = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

export function readPageToken(token: string, violations: Violations): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (token !== '' && pageToken(key) !== token) violations.add('page_token', 'is not a token of this server');
  return key;
}

/** The rows after a key, at most `size`, and the token of the next page. Rows are ascending by key. */
export function pageOf<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  { after, size }: { after: string; size: number },
): { rows: readonly Row[]; nextPageToken: string } {
  const start = after === '' ? 0 : rows.findIndex((row) => keyOf(row) > after);
  if (start < 0) return { rows: [], nextPageToken: '' };
  const page = rows.slice(start, start + size);
  const last = page.at(-1);
  const more = last !== undefined && start + size < rows.length;
  return { rows: page, nextPageToken: more ? pageToken(keyOf(last)) : '' };
}
