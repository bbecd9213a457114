import type { RollupBook } from '../../core/rollup/rollup-book.js';
import type { RollupRow, RollupStore } from '../../store/ports.js';
import { decodeRollup, encodeRollup } from '../../store/rollup-codec.js';

/** What was gathered, added to what is stored: rows to take its place. @throws StoreError. */
export async function rowsOf(book: RollupBook, stored: Pick<RollupStore, 'get'>): Promise<RollupRow[]> {
  const entries = book.entries();
  const bodies = await stored.get(entries.map(({ key }) => key));
  return entries.map(({ key, rollup }, i) => {
    const body = bodies[i];
    if (body === undefined) return { key, body: encodeRollup(rollup) };
    const sum = decodeRollup(body);
    sum.merge(rollup);
    return { key, body: encodeRollup(sum) };
  });
}
