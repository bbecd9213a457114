import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import type { Fault } from '../core/fault.js';
import { parseTicketKeys } from '../runtime/ticket-keys.js';

/** What is wrong with the file of ticket keys; nothing where it is not there yet, as a start makes one. */
export function keyFileFaults({ store, tickets: { keyFile } }: Config): Fault[] {
  // It has no file: its keys live as long as the process.
  if (store.adapter === 'memory') return [];
  try {
    parseTicketKeys(readFileSync(keyFile, 'utf8'), keyFile);
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? [] : [{ path: 'tickets.keyFile', reason: message }];
  }
}
