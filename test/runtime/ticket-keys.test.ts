import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTicketKeys, newTicketKeyLine, parseTicketKeys } from '../../src/runtime/ticket-keys.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadTicketKeys', () => {
  it('makes a file that its owner alone can read', async () => {
    const path = join(folder, 'store.keys');
    await loadTicketKeys(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{8}:[0-9a-f]{64}:[0-9a-f]{8}\n$/);
  });

  it('reads the same keys at the next start', async () => {
    const path = join(folder, 'store.keys');
    const [first, second] = [await loadTicketKeys(path), await loadTicketKeys(path)];
    expect(second.current).toEqual(first.current);
    expect(second.find(first.current.id)?.secret).toEqual(first.current.secret);
  });

  it('refuses a bad file and leaves it alone', async () => {
    const path = join(folder, 'store.keys');
    await writeFile(path, 'not a key\n');
    await expect(loadTicketKeys(path)).rejects.toThrow(`${path} line 1`);
    expect(await readFile(path, 'utf8')).toBe('not a key\n');
  });

  it('does not hide why a file cannot be read', async () => {
    await expect(loadTicketKeys(folder)).rejects.toThrow(/EISDIR/);
  });
});

describe('parseTicketKeys', () => {
  it('names the line that is wrong, counted as an editor counts', () => {
    const text = `# keys\n\n${newTicketKeyLine()}01020304:tooshort\n`;
    expect(() => parseTicketKeys(text, 'a.keys')).toThrow(
      /a\.keys line 4: a ticket key is 8 and 64 hexadecimal/,
    );
  });

  it('never shows the secret of a bad line', () => {
    const secret = 'AB'.repeat(32);
    expect(() => parseTicketKeys(`01020304:${secret}`, 'a.keys')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) as string }) as Error,
    );
  });

  it('takes comments, empty lines and the line ends of Windows', () => {
    const keys = parseTicketKeys(`# one\r\n\r\n01020304:${'ab'.repeat(32)}\r\n`, 'a.keys');
    expect(keys.current.id.toString('hex')).toBe('01020304');
    expect(keys.find(Buffer.from('01020305', 'hex'))).toBeUndefined();
  });

  it('finds each bit that flipped in a file that was made here', () => {
    const bytes = Buffer.from(newTicketKeyLine());
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      // Neither a line end more nor less is another key.
      const isSameKey = flipped.toString().trim() === bytes.toString().trim();
      if (isSameKey) continue;
      expect(() => parseTicketKeys(flipped.toString('latin1'), 'a.keys'), `bit ${bit}`).toThrow('a.keys');
    }
  });

  it('refuses two keys of one ID, as only one would ever be tried', () => {
    const lines = `01020304:${'ab'.repeat(32)}\n01020304:${'cd'.repeat(32)}\n`;
    expect(() => parseTicketKeys(lines, 'a.keys')).toThrow(
      'a.keys line 2: the key has the ID of the one in line 1',
    );
  });

  it.each(['', '\n\n', '# only a comment\n'])('refuses %j, which holds no key', (text) => {
    expect(() => parseTicketKeys(text, 'a.keys')).toThrow('a.keys holds no ticket key');
  });
});
