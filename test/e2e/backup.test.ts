import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Level } from 'level';
import { expect, test } from 'vitest';
import { decisionKey } from '../../src/store/keys.js';
import { runSextant, startServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { metricsOf } from './metrics-text.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

/** Five commands, each a process of its own. */
const SLOW_MS = 90_000;
const folder = newFolder();
const storePath = join(folder, 'store');
const backups = join(folder, 'backups');
const rulesPath = policyFolder(SOUND);
const start = (path = storePath) =>
  startServer({ storePath: path, rulesPath, settings: { 'backup.path': backups } });

async function work(sextant: Sextant, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { ticket } = await sextant.select(ask('chat', `Question ${i}?`));
    await sextant.report({ ticket, attempts: [wentWell()] });
  }
}

test(
  'a backup of a server under load is a whole store; restored, it serves on from there',
  { timeout: SLOW_MS },
  async () => {
    const server = await start();
    const sextant = connect(server.address);
    await work(sextant, 25);
    const loads = Array.from({ length: 4 }, () => work(sextant, 40));
    const { code, stdout } = await runSextant(['backup', '--address', server.address, '--json']);
    expect(code).toBe(0);
    const backup = JSON.parse(stdout) as { path: string; outcomes: string };
    await Promise.all(loads);
    expect(Number(backup.outcomes)).toBeGreaterThanOrEqual(50);
    expect(readdirSync(backups)).toHaveLength(1);
    expect((await runSextant(['compact', '--address', server.address])).stdout).toBe('compacted\n');
    sextant.close();
    await server.stop();

    // Something is in the way: nothing happens.
    const restore = () => runSextant(['restore', backup.path, '--store.path', storePath]);
    expect(await restore()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('STORE_EXISTS') as string,
    });
    renameSync(storePath, join(folder, 'old'));
    const restored = await restore();
    expect([restored.code, restored.stdout]).toEqual([
      0,
      expect.stringContaining(`${backup.outcomes} outcomes`),
    ]);
    const verified = await runSextant(['verify', '--store.path', storePath, '--rules.path', rulesPath]);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/^equal$/m)]);

    const again = await start();
    const client = connect(again.address);
    expect((await client.listPosteriors({ useCase: 'chat' })).stateSequence).toBe(BigInt(backup.outcomes));
    await work(client, 1);
    client.close();
  },
);

test('a backup that broke off is refused, and so is a folder without a store; nothing is made of either', async () => {
  const path = join(backups, readdirSync(backups)[0]!);
  const partial = `${path}.partial`;
  cpSync(path, partial, { recursive: true });
  const target = join(folder, 'from-partial');
  for (const name of [partial, `${partial}/`]) {
    const refused = await runSextant(['restore', name, '--store.path', target]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('broke off') as string });
  }
  expect((await runSextant(['verify', '--store.path', partial])).code).toBe(1);
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const missing = await runSextant(['restore', empty, '--store.path', target]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('STORE_MISSING') as string });
  expect([readdirSync(empty), existsSync(target)]).toEqual([[], false]);
  rmSync(partial, { recursive: true });
});

test('a backup is read by commands that open stores, and one that is damaged is refused', async () => {
  const path = join(backups, readdirSync(backups)[0]!);
  const { code, stdout } = await runSextant(['rules', 'diff', rulesPath, rulesPath, '--log', path]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('0.0 % of requests go elsewhere')]);
  renameSync(join(path, 'CURRENT'), join(path, 'gone'));
  const target = join(folder, 'elsewhere');
  const refused = await runSextant(['restore', path, '--store.path', target]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('STORE_CORRUPT') as string });
  expect(existsSync(target)).toBe(false);
});

/** Changes one bit of a logged decision. */
async function damage(path: string): Promise<void> {
  const db = new Level<Buffer, Buffer>(path, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  const first = decisionKey(0, '00000000-0000-0000-0000-000000000000');
  const [[key, value]] = (await db.iterator({ gte: first, limit: 1 }).all()) as [[Buffer, Buffer]];
  value[value.length - 1]! ^= 1;
  await db.put(key, value);
  await db.close();
}

test('a backup of a store that is known to be damaged says so', { timeout: SLOW_MS }, async () => {
  const path = join(folder, 'damaged');
  const server = await start(path);
  const sextant = connect(server.address);
  await work(sextant, 3);
  sextant.close();
  expect((await runSextant(['backup', '--address', server.address])).stderr).toBe('');
  await server.stop();
  await damage(path);
  const damaged = await start(path);
  while (!(await metricsOf(damaged)).includes('sextant_store_faults 1')) await sleep(100);
  const { code, stdout, stderr } = await runSextant(['backup', '--address', damaged.address]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('outcomes')]);
  expect(stderr).toContain('warning: the store is damaged in 1 place, and so is this backup');
  const [copy] = stdout.split(': ') as [string];
  expect((await runSextant(['verify', '--store.path', copy, '--rules.path', rulesPath])).code).toBe(1);
});
