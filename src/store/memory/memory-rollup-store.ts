import type { RollupKey } from '../../core/rollup/rollup-book.js';
import type { RollupTier } from '../../core/rollup/tier.js';
import { parseRollupKey, rollupKey } from '../keys.js';
import type { RollupRange, RollupRow, RollupStore } from '../ports.js';

/** Rollups that end with the process. */
export class MemoryRollupStore implements RollupStore {
  private readonly bodies = new Map<string, Uint8Array>();
  private position = 0;

  async get(keys: readonly RollupKey[]): Promise<readonly (Uint8Array | undefined)[]> {
    await Promise.resolve();
    return keys.map((key) => this.bodies.get(textOf(key)));
  }

  async commit(rows: readonly RollupRow[], foldedTo: number): Promise<void> {
    await Promise.resolve();
    this.put(rows);
    this.position = foldedTo;
  }

  put(rows: readonly RollupRow[]): void {
    for (const { key, body } of rows) this.bodies.set(textOf(key), Uint8Array.from(body));
  }

  foldedTo(): number {
    return this.position;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  async *range({ tier, tenant, fromMs, toMs }: RollupRange): AsyncIterable<readonly RollupRow[]> {
    const found = this.rows().filter(
      ({ key }) => key.tier === tier && key.tenant === tenant && key.startMs >= fromMs && key.startMs < toMs,
    );
    yield found;
  }

  async removeBefore(tier: RollupTier, timeMs: number): Promise<number> {
    await Promise.resolve();
    const goes = this.rows().filter(({ key }) => key.tier === tier && key.startMs < timeMs);
    for (const { key } of goes) this.bodies.delete(textOf(key));
    return goes.length;
  }

  private rows(): RollupRow[] {
    return [...this.bodies]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([text, body]) => ({ key: parseRollupKey(Buffer.from(text, 'hex')), body }));
  }
}

/** Hexadecimal, so that it sorts as the key's bytes do. */
const textOf = (key: RollupKey): string => rollupKey(key).toString('hex');
