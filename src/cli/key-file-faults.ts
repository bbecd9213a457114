import { existsSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { faultsOfFiles, readFileOf, withFileOf } from '../config/setting-error.js';
import type { Fault } from '../core/fault.js';
import { parseTicketKeys } from '../runtime/ticket-keys.js';

const KEY_FILE = 'tickets.keyFile';

/** What is wrong with the file of ticket keys; nothing where it is not there yet, as a start makes one. */
export function keyFileFaults({ store, tickets: { keyFile } }: Config): Fault[] {
  // Without a store on disk its keys live as long as the process.
  if (store.adapter === 'memory' || !existsSync(keyFile)) return [];
  return faultsOfFiles(() => {
    const text = readFileOf(KEY_FILE, keyFile).toString('utf8');
    withFileOf(KEY_FILE, keyFile, () => parseTicketKeys(text, keyFile));
  });
}
