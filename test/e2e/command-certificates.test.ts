import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { newAuthority } from '../builders/certificates.js';
import { runSextant, startServer, type BuiltServer, type Finished } from './built-server.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';

/** Six commands, each a process of its own. */
const SLOW_MS = 90_000;
const folder = newFolder();
const pathOf = (name: string): string => join(folder, name);
/** The flags of an operator of the server. */
const OPERATOR = [
  '--tls-ca',
  pathOf('ca.crt'),
  '--tls-cert',
  pathOf('ops.crt'),
  '--tls-key',
  pathOf('ops.key'),
];

let server: BuiltServer;

beforeAll(async () => {
  const authority = await newAuthority();
  const own = await authority.issue();
  const ops = await authority.issue({ sans: [{ type: 'url', value: 'spiffe://example.org/ops' }] });
  writeFileSync(pathOf('ca.crt'), authority.cert);
  for (const [name, { cert, key }] of Object.entries({ own, ops })) {
    writeFileSync(pathOf(`${name}.crt`), cert);
    writeFileSync(pathOf(`${name}.key`), key);
  }
  writeFileSync(pathOf('request.json'), JSON.stringify({ useCase: 'x', input: { text: 'Which?' } }));
  const tls = { certFile: pathOf('own.crt'), keyFile: pathOf('own.key'), clientCaFile: pathOf('ca.crt') };
  const san = 'URI:spiffe://example.org/ops';
  const roles = ['select', 'report', 'read', 'admin'];
  const certificates = [{ san, principal: 'ops', tenant: 'acme', roles }];
  writeFileSync(pathOf('sextant.yaml'), JSON.stringify({ server: { tls }, auth: { certificates } }));
  server = await startServer({
    config: pathOf('sextant.yaml'),
    rulesPath: policyFolder(SOUND),
    settings: { 'backup.path': pathOf('backups') },
  });
});

const call = (command: readonly string[], flags: readonly string[] = OPERATOR): Promise<Finished> =>
  runSextant([...command, '--address', server.address.replace('127.0.0.1', 'localhost'), ...flags]);

test('commands call a server that asks for a certificate', { timeout: SLOW_MS }, async () => {
  const commands = [
    ['policy'],
    ['backup'],
    ['compact'],
    ['audit'],
    ['top', '--once'],
    ['explain', '--request', pathOf('request.json')],
  ];
  for (const command of commands)
    expect(await call(command), command.join(' ')).toMatchObject({ code: 0, stderr: '' });
});

test('without a certificate they are not let in', async () => {
  const { code, stderr } = await call(['policy'], OPERATOR.slice(0, 2));
  expect([code, stderr]).toEqual([1, expect.stringContaining('UNAVAILABLE')]);
});

test('what is wrong with the files of a command is told by its flags', async () => {
  const [, , cert, certFile, key, keyFile] = OPERATOR as [string, string, string, string, string, string];
  for (const [flags, message] of [
    [[cert, certFile], '--tls-cert goes with --tls-key, which is not given\n'],
    [[key, keyFile], '--tls-key goes with --tls-cert, which is not given\n'],
    [[cert, certFile, key, '/nowhere/key'], '--tls-key /nowhere/key: cannot be read: ENOENT'],
    [['--tls-ca', '/nowhere/ca'], '--tls-ca /nowhere/ca: cannot be read: ENOENT'],
    [['--token-file', '/nowhere/token'], '--token-file /nowhere/token: cannot be read: ENOENT'],
    [[cert, certFile, key, pathOf('own.key')], '--tls-cert, --tls-key: no TLS can be made of it: '],
  ] as const) {
    const { code, stderr } = await call(['policy'], flags);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).not.toContain('    at ');
  }
});
