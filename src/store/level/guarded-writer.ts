import { SerialQueue } from '../serial-queue.js';
import { StoreError } from '../store-error.js';
import type { Database, Operation } from './database.js';
import { storeErrorOf } from './level-error.js';

export interface GuardedWriterParts {
  readonly db: Database;
  readonly dir: string;
  /** Called once, with the first failure. */
  readonly onFailure?: ((error: StoreError) => void) | undefined;
}

/**
 * The one way to write to a database.
 *
 * Invariants: one write at a time; after a failed write nothing is written until the store is opened again. Nobody
 * knows whether the failed batch is on disk, and the database would append the next one behind what may be half a
 * record, so that a recovery drops both.
 */
export class GuardedWriter {
  private failure: StoreError | undefined;
  private readonly turns = new SerialQueue();

  constructor(private readonly parts: GuardedWriterParts) {}

  /** @throws StoreError `STORE_IO` where an earlier write failed or the store is closed. */
  assertUsable(): void {
    const { db, dir } = this.parts;
    if (this.failure !== undefined) {
      throw new StoreError(
        'STORE_IO',
        `the store in ${dir} takes no writes since one failed: open it again. ${this.failure.message}`,
        { cause: this.failure },
      );
    }
    if (db.status !== 'open') throw new StoreError('STORE_IO', `the store in ${dir} is closed`);
  }

  /** Writes all or nothing. @throws StoreError `STORE_IO`. */
  write(operations: Operation[], { sync }: { readonly sync: boolean }): Promise<void> {
    return this.turns.run(async () => {
      this.assertUsable();
      try {
        await this.parts.db.batch(operations, { sync });
      } catch (error) {
        throw this.fail(storeErrorOf(error, `cannot write to the store in ${this.parts.dir}`));
      }
    });
  }

  /** From now on nothing is written. @returns the error. */
  fail(error: StoreError): StoreError {
    if (this.failure === undefined) {
      this.failure = error;
      this.parts.onFailure?.(error);
    }
    return error;
  }

  /** Resolves when no write is under way. */
  settle(): Promise<void> {
    return this.turns.run(() => Promise.resolve());
  }
}
