import { mkdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startServer } from './built-server.js';
import { connect } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const WARNING =
  'there was no file of ticket keys at tickets.keyFile: a new key is made, and outstanding tickets are refused';
const WARN_LEVEL = 40;

test.each([
  ['decisions', true],
  ['outcomes alone', false],
])('a key file that is gone from a store with %s is told of at the next start, once', async (_, isLogged) => {
  const server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'decisionLog.enabled': String(isLogged) },
  });
  const before = connect(server.address);
  const { ticket } = await before.select(ask('keys'));
  if (!isLogged) await before.report({ ticket, attempts: [wentWell()] });
  before.close();
  await server.stop();
  // The store was new.
  expect(server.logged(WARNING)).toEqual([]);

  const path = `${server.storePath}.keys`;
  rmSync(path);
  await server.restart();
  expect(server.logged(WARNING)).toMatchObject([{ level: WARN_LEVEL, path }]);
  const after = connect(server.address);
  const refusal = await refusalOf(after.report({ ticket, attempts: [wentWell({ quality: 0 })] }));
  expect(refusal).toMatchObject({ reason: 'TICKET_INVALID' });
  after.close();

  await server.restart();
  expect(server.logged(WARNING)).toHaveLength(1);
});

test('a store that is gone from beside its keys, and a restore that broke off, are told of at the next start', async () => {
  const gone =
    'there are ticket keys at tickets.keyFile, and a new store is made at store.path: if there was one before, its disk is missing or the path is another';
  const brokenOff = (what: string): string => `a restore to store.path broke off, ${what}`;
  const server = await startServer({ rulesPath: policyFolder(SOUND) });
  const { storePath } = server;
  await server.stop();
  mkdirSync(`${storePath}.partial`);
  await server.restart();
  expect(server.logged(brokenOff('remove what it left'))).toMatchObject([{ level: WARN_LEVEL }]);
  expect(server.logged(gone)).toEqual([]);
  await server.stop();
  rmSync(storePath, { recursive: true });
  await server.restart();
  expect(server.logged(gone)).toMatchObject([{ level: WARN_LEVEL, path: `${storePath}.keys` }]);
  expect(
    server.logged(brokenOff('and there is no store: end the server and restore it again')),
  ).toMatchObject([{ path: storePath, partial: `${storePath}.partial` }]);
});
