import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

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

/** CRC-32 of a key's other digits. */
const checksumOf = (key: string): string => crc32(key).toString(16).padStart(8, '0');

/**
 * @param text lines of `ID:SECRET:CHECKSUM` in hexadecimal, newest first; a line that somebody wrote by hand may lack the
 * checksum. @throws Error naming the line that is wrong.
 */
export function parseTicketKeys(text: string, name: string): TicketKeys {
  const keys = text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const match = /^([0-9a-f]{8}):([0-9a-f]{64})(?::([0-9a-f]{8}))?$/.exec(line);
      if (match === null)
        throw new Error(
          `${name} line ${number}: a ticket key is 8 and 64 hexadecimal digits, as ID:SECRET, and may have a checksum of 8 behind it`,
        );
      const [, id, secret, checksum] = match;
      if (checksum !== undefined && checksum !== checksumOf(`${id}:${secret}`))
        throw new Error(
          `${name} line ${number}: the key does not match its checksum: put the file back from a backup`,
        );
      return { id: Buffer.from(id!, 'hex'), secret: Buffer.from(secret!, 'hex'), number };
    });
  const find = (id: Uint8Array): (typeof keys)[number] | undefined => keys.find((key) => key.id.equals(id));
  for (const { id, number } of keys) {
    const first = find(id)!.number;
    if (first !== number)
      throw new Error(`${name} line ${number}: the key has the ID of the one in line ${first}`);
  }
  const current = keys[0];
  if (current === undefined) throw new Error(`${name} holds no ticket key`);
  return { current, find };
}

/** One line of a key file with a new key. */
export function newTicketKeyLine(): string {
  const key = `${randomBytes(ID_BYTES).toString('hex')}:${randomBytes(SECRET_BYTES).toString('hex')}`;
  return `${key}:${checksumOf(key)}\n`;
}

/** Keys that live as long as the process: for tests and the memory store. */
export const ephemeralTicketKeys = (): TicketKeys => parseTicketKeys(newTicketKeyLine(), 'new key');

/**
 * Reads the key file, or makes one with a new key, readable by its owner alone, so that tickets stay
 * valid over a restart.
 * @param beforeNew called where there is no file, before one is made.
 */
export async function loadTicketKeys(path: string, beforeNew?: () => Promise<void>): Promise<TicketKeys> {
  try {
    return parseTicketKeys(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await beforeNew?.();
  const text = newTicketKeyLine();
  // `wx`: two servers that start at once must not overwrite each other's key.
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  return parseTicketKeys(text, path);
}
