import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf, pageSize, pageToken, readPageToken } from '../../src/service/page.js';
import { Violations } from '../../src/service/validate/violations.js';

const keys = fc
  .uniqueArray(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }), { maxLength: 40 })
  .map((list) => [...list].sort((a, b) => (a < b ? -1 : 1)));
const identity = (key: string): string => key;

/** All pages, one after another, as a caller fetches them. */
function walk(rows: () => readonly string[], size: number): string[][] {
  const pages: string[][] = [];
  let after = '';
  for (;;) {
    const page = pageOf(rows(), identity, { after, size });
    pages.push([...page.rows]);
    if (page.nextPageToken === '') return pages;
    after = readPageToken(page.nextPageToken, new Violations());
  }
}

describe('pages', () => {
  it('cover every row once, in order, and none is longer than asked for', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 10 }), (rows, size) => {
        const pages = walk(() => rows, size);
        expect(pages.flat()).toEqual(rows);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(rows.length / size)));
      }),
    );
  });

  it('show each row that stays once, though others come and go in between', () => {
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 40 }),
        (rows, size, stays) => {
          const kept = rows.filter((_, i) => stays[i % stays.length]);
          let calls = 0;
          const seen = walk(() => (calls++ % 2 === 0 ? rows : kept), size).flat();
          expect(seen.filter((key) => kept.includes(key))).toEqual(kept);
        },
      ),
    );
  });

  it('begin after a row that is gone', () => {
    expect(pageOf(['a', 'c', 'd'], identity, { after: 'b', size: 1 })).toEqual({
      rows: ['c'],
      nextPageToken: pageToken('c'),
    });
    expect(pageOf(['a'], identity, { after: 'z', size: 5 })).toEqual({ rows: [], nextPageToken: '' });
  });
});

describe('page_size and page_token', () => {
  const LIMITS = { max: 100, byDefault: 10 };
  it('fall back to the default size on 0, and refuse other sizes than 1 to max', () => {
    const violations = new Violations();
    expect([0, 1, 100].map((size) => pageSize(size, LIMITS, violations))).toEqual([10, 1, 100]);
    expect(violations.faults).toEqual([]);
    for (const size of [-1, 101]) pageSize(size, LIMITS, violations);
    expect(violations.faults.map(({ path }) => path)).toEqual(['page_size', 'page_size']);
  });

  it.each(['!!', 'YWI=', 'a', ' YWI'])('refuse the token %j, which no server gave', (token) => {
    const violations = new Violations();
    readPageToken(token, violations);
    expect(violations.faults).toMatchObject([{ path: 'page_token' }]);
  });
});
