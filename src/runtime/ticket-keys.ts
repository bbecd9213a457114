import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

interface TicketKey {
  /** Four bytes that name the key in a ticket. */
  readonly id: Buffer;
  readonly secret: Buffer;
}

/** The keys that tickets are signed with: the newest signs, all verify. */
export interface TicketKeys {
  readonly current: TicketKey;
  find(id: Uint8Array): TicketKey | undefined;
}

const ID_BYTES = 4;
const SECRET_BYTES = 32;

/** @param lines `ID:SECRET` in hexadecimal, newest first. @throws Error naming the line that is wrong. */
export function parseTicketKeys(text: string, name: string): TicketKeys {
  const keys = text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const match = /^([0-9a-f]{8}):([0-9a-f]{64})$/.exec(line);
      if (match === null)
        throw new Error(`${name} line ${number}: a ticket key is 8 and 64 hexadecimal digits, as ID:SECRET`);
      return { id: Buffer.from(match[1]!, 'hex'), secret: Buffer.from(match[2]!, 'hex') };
    });
  const current = keys[0];
  if (current === undefined) throw new Error(`${name} holds no ticket key`);
  return { current, find: (id) => keys.find((key) => key.id.equals(id)) };
}

/** One line of a key file with a new key. */
export const newTicketKeyLine = (): string =>
  `${randomBytes(ID_BYTES).toString('hex')}:${randomBytes(SECRET_BYTES).toString('hex')}\n`;

/** Keys that live as long as the process: for tests and the memory store. */
export const ephemeralTicketKeys = (): TicketKeys => parseTicketKeys(newTicketKeyLine(), 'new key');

/**
 * Reads the key file, or makes one with a new key, readable by its owner alone, so that tickets stay
 * valid over a restart.
 */
export async function loadTicketKeys(path: string): Promise<TicketKeys> {
  try {
    return parseTicketKeys(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const text = newTicketKeyLine();
  // `wx`: two servers that start at once must not overwrite each other's key.
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  return parseTicketKeys(text, path);
}
