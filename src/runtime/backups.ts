import { join } from 'node:path';
import type { Logger } from 'pino';
import { SextantError } from '../core/errors.js';
import type { Store, StoreCopy } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { removeBrokenBackups } from './broken-backups.js';

export interface BackupsParts {
  readonly store: Pick<Store, 'copyTo' | 'compact'>;
  /** Each backup is a folder in it. */
  readonly folder: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Brings to the store what is queued and need not be durable to be answered. */
  readonly flush: () => Promise<void>;
}

/** A backup that was made. */
export interface Backup extends StoreCopy {
  readonly name: string;
  readonly path: string;
  readonly createTimeMs: number;
  readonly tookMs: number;
}

/** Makes backups of the store while it is in use, one at a time. */
export class Backups {
  private isRunning = false;
  private readonly sinceMs: number;

  constructor(private readonly parts: BackupsParts) {
    this.sinceMs = parts.nowMs();
  }

  /** @throws SextantError BACKUP_RUNNING, BACKUP_FAILED with what is wrong. */
  async create(): Promise<Backup> {
    const { store, folder, logger, nowMs, flush } = this.parts;
    const createTimeMs = nowMs();
    const name = new Date(createTimeMs).toISOString().replaceAll(':', '-');
    const path = join(folder, name);
    return this.alone('a backup', async () => {
      await flush();
      await this.removeBroken();
      const copy = await store.copyTo(path);
      const backup = { ...copy, name, path, createTimeMs, tookMs: nowMs() - createTimeMs };
      logger.info(backup, 'backup made');
      return backup;
    });
  }

  /** Gives back the room of what was removed. @throws SextantError BACKUP_RUNNING, BACKUP_FAILED. */
  compact(): Promise<void> {
    return this.alone('compaction', () => this.parts.store.compact());
  }

  /** What broke off before this process began; what fails in it is removed at once. */
  private async removeBroken(): Promise<void> {
    const { folder, logger } = this.parts;
    try {
      const removed = await removeBrokenBackups(folder, this.sinceMs);
      if (removed.length > 0) logger.info({ removed }, 'backups that broke off were removed');
    } catch (error) {
      // They take room and nothing else.
      logger.warn({ err: error }, 'backups that broke off were not removed');
    }
  }

  private async alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.isRunning)
      throw new SextantError(
        'BACKUP_RUNNING',
        'a backup or a compaction is under way: try again when it ended',
      );
    this.isRunning = true;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.parts.logger.error({ err: error }, `${what} failed`);
      throw new SextantError('BACKUP_FAILED', `${what} failed: ${error.message}`, { cause: error });
    } finally {
      this.isRunning = false;
    }
  }
}
