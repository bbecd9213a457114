import { StoreError } from '../store-error.js';
import type { Database, Operation } from './database.js';
import { storeErrorOf } from './level-error.js';

/**
 * The one way to write to a database.
 *
 * Invariant: after a failed write nothing is written until the store is opened again, since nobody
 * knows whether the failed batch is on disk.
 */
export class GuardedWriter {
  private failure: StoreError | undefined;

  constructor(
    private readonly db: Database,
    private readonly dir: string,
  ) {}

  /** @throws StoreError `STORE_IO` where an earlier write failed or the store is closed. */
  assertUsable(): void {
    if (this.failure !== undefined) {
      throw new StoreError(
        'STORE_IO',
        `the store in ${this.dir} takes no writes since one failed: open it again. ${this.failure.message}`,
        { cause: this.failure },
      );
    }
    if (this.db.status !== 'open') throw new StoreError('STORE_IO', `the store in ${this.dir} is closed`);
  }

  /** Writes all or nothing. @throws StoreError `STORE_IO`. */
  async write(operations: Operation[], { sync }: { readonly sync: boolean }): Promise<void> {
    this.assertUsable();
    try {
      await this.db.batch(operations, { sync });
    } catch (error) {
      const failure = storeErrorOf(error, `cannot write to the store in ${this.dir}`);
      this.failure ??= failure;
      throw failure;
    }
  }
}
