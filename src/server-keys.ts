import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { fileError } from './config/setting-error.js';
import { loadTicketKeys, parseTicketKeys, type TicketKeys } from './runtime/ticket-keys.js';
import type { ServerStore } from './server-store.js';
import type { Store } from './store/ports.js';
import { StoreError } from './store/store-error.js';

/**
 * Ends a start on a faulty file of keys before it has made a store. Whether the file can be read shows later: it mostly
 * lies beside the store, and what ails their disk is the store's to say.
 * @throws SettingError
 */
export async function checkServerKeys(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  try {
    parseTicketKeys(text, path);
  } catch (error) {
    throw fileError('tickets.keyFile', path, error);
  }
}

/**
 * The ticket keys of a server with a store. A new file warns where somebody may hold a ticket that an older one signed,
 * and one that was there beside a new store that there may have been another.
 * @throws SettingError
 */
export async function openServerKeys(
  path: string,
  { store, isNew = false }: Pick<ServerStore, 'store' | 'isNew'>,
  logger: Logger,
): Promise<TicketKeys> {
  let isFirstStart = false;
  const warn = async (): Promise<void> => {
    isFirstStart = true;
    if (!(await hasDecided(store))) return;
    logger.warn(
      { path },
      'there was no file of ticket keys at tickets.keyFile: a new key is made, and outstanding tickets are refused',
    );
  };
  try {
    const keys = await loadTicketKeys(path, warn);
    if (isNew && !isFirstStart)
      logger.warn(
        { path },
        'there are ticket keys at tickets.keyFile, and a new store is made at store.path: if there was one before, its disk is missing or the path is another',
      );
    return keys;
  } catch (error) {
    throw error instanceof StoreError ? error : fileError('tickets.keyFile', path, error);
  }
}

async function hasDecided({ outcomes, decisions }: Store): Promise<boolean> {
  if (outcomes.head() > 0) return true;
  for await (const decision of decisions.range(0, Number.MAX_SAFE_INTEGER)) return decision !== undefined;
  return false;
}
