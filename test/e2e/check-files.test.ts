import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newTicketKeyLine } from '../../src/runtime/ticket-keys.js';
import { runSextant, type Finished } from './built-server.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';

const rulesPath = policyFolder(SOUND);
const check = (...flags: string[]): Promise<Finished> => runSextant(['check', rulesPath, ...flags]);

function keyFileOf(text: string): string {
  const path = join(newFolder(), 'store.keys');
  writeFileSync(path, text);
  return path;
}

describe('sextant check of the file of ticket keys', () => {
  const line = newTicketKeyLine();
  const wrongChecksum = line.replace(/.\n$/, (last) => (last === '0\n' ? '1\n' : '0\n'));

  test.each([
    ['a malformed line', `${line}01020304:tooshort\n`, 'line 2: a ticket key is 8 and 64 hexadecimal digits'],
    ['a wrong checksum', `# new\n${wrongChecksum}`, 'line 2: the key does not match its checksum'],
    ['no key', '# none yet\n', 'holds no ticket key'],
    ['one ID twice', `${line}${line}`, 'line 2: the key has the ID of the one in line 1'],
  ])('names setting, file and line of %s', async (_, text, reason) => {
    const file = keyFileOf(text);
    const { code, stderr } = await check('--tickets.keyFile', file);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`tickets.keyFile: ${file}: ${reason}`)]);
    expect(stderr).not.toContain(line.slice(9, 73));
  });

  test('says so where it cannot be read', async () => {
    const folder = join(newFolder(), 'store.keys');
    mkdirSync(folder);
    const { code, stderr } = await check('--tickets.keyFile', folder);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`tickets.keyFile: ${folder}: illegal operation on a directory`),
    ]);
  });

  test('finds nothing in a good one, in one that is not there yet, or where it is not read', async () => {
    for (const flags of [
      ['--tickets.keyFile', keyFileOf(line)],
      ['--tickets.keyFile', join(newFolder(), 'store.keys')],
      ['--tickets.keyFile', keyFileOf(''), '--store.adapter', 'memory'],
    ])
      expect(await check(...flags)).toMatchObject({ code: 0, stderr: '' });
  });
});
