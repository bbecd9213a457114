import type { Logger } from 'pino';
import { fileError } from './config/setting-error.js';
import { loadTicketKeys, type TicketKeys } from './runtime/ticket-keys.js';
import type { Store } from './store/ports.js';
import { StoreError } from './store/store-error.js';

/**
 * The ticket keys of a server with a store. A new file warns where somebody may hold a ticket that an older one signed.
 * @throws SettingError
 */
export async function openServerKeys(path: string, store: Store, logger: Logger): Promise<TicketKeys> {
  const warn = async (): Promise<void> => {
    if (!(await hasDecided(store))) return;
    logger.warn(
      { path },
      'there was no file of ticket keys at tickets.keyFile: a new key is made, and outstanding tickets are refused',
    );
  };
  try {
    return await loadTicketKeys(path, warn);
  } catch (error) {
    throw error instanceof StoreError ? error : fileError('tickets.keyFile', path, error);
  }
}

async function hasDecided({ outcomes, decisions }: Store): Promise<boolean> {
  if (outcomes.head() > 0) return true;
  for await (const decision of decisions.range(0, Number.MAX_SAFE_INTEGER)) return decision !== undefined;
  return false;
}
