import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Backups } from '../../src/runtime/backups.js';
import { silent } from '../builders/runtime.js';

const START_MS = Date.UTC(2026, 10, 27, 12);
const MINUTE_MS = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-backups-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A folder with one file, written last at a time. */
async function lying(name: string, writtenMs: number): Promise<void> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, '000005.log'), 'half');
  const written = new Date(writtenMs);
  await utimes(join(path, '000005.log'), written, written);
  await utimes(path, written, written);
}

const backups = (within = folder): Backups =>
  new Backups({
    store: {
      copyTo: (path) => mkdir(path, { recursive: true }).then(() => ({ entries: 0, bytes: 0, outcomes: 0 })),
      compact: () => Promise.resolve(),
    },
    folder: within,
    logger: silent,
    nowMs: () => START_MS,
    flush: () => Promise.resolve(),
  });

const BACKUP = '2026-11-27T12-00-00.000Z';

it('a backup removes those that broke off before the process began, and nothing else', async () => {
  const earlierMs = START_MS - MINUTE_MS;
  await lying('2026-11-26T12-00-00.000Z.partial', earlierMs);
  await lying('2026-11-25T12-00-00.000Z', earlierMs);
  await lying('mine.partial', earlierMs);
  // Another server's, on its way.
  await lying('2026-11-27T11-59-00.000Z.partial', START_MS + 1);
  await backups().create();
  expect((await readdir(folder)).sort()).toEqual([
    '2026-11-25T12-00-00.000Z',
    '2026-11-27T11-59-00.000Z.partial',
    BACKUP,
    'mine.partial',
  ]);
});

it('the first backup makes its folder', async () => {
  await backups(join(folder, 'backups')).create();
  expect(await readdir(join(folder, 'backups'))).toEqual([BACKUP]);
});
