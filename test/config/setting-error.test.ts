import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenError, readFileOf, withFileOf } from '../../src/config/setting-error.js';

describe('a socket that cannot listen', () => {
  const listener = { section: 'admin', host: '192.0.2.1', port: 80 } as const;
  it.each([
    ['EADDRINUSE', 'PORT_IN_USE', 'admin.port 80: is in use on 192.0.2.1'],
    ['EACCES', 'LISTEN_FAILED', 'admin.port 80: this process may not listen on it'],
    ['EADDRNOTAVAIL', 'LISTEN_FAILED', 'admin.host 192.0.2.1: is no address of this machine'],
    ['ENOTFOUND', 'LISTEN_FAILED', 'admin.host 192.0.2.1: as the system says it'],
  ])('with %s names the setting', (errno, code, message) => {
    const cause = Object.assign(new Error('as the system says it'), { code: errno });
    expect(listenError(listener, cause)).toMatchObject({ code, message, cause });
  });
});

describe('the file of a setting', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sextant-setting-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('that cannot be read is named once, in words', () => {
    const gone = join(folder, 'gone');
    const read = (file: string) => () => readFileOf('a.file', file);
    expect(read(gone)).toThrow(`a.file ${gone}: no such file or directory`);
    expect(read(folder)).toThrow(`a.file ${folder}: illegal operation on a directory`);
  });

  it('that is no good is named once, whoever says so', () => {
    const file = join(folder, 'file');
    for (const said of ['is empty', `${file} is empty`]) {
      const parse = (): never => {
        throw new Error(said);
      };
      const message = `a.file ${file}: is empty`;
      expect(() => withFileOf('a.file', file, parse)).toThrow(expect.objectContaining({ message }));
    }
  });
});
