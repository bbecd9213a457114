import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newAuthority } from '../builders/certificates.js';
import { runSextant, startServer, type LogLine } from './built-server.js';
import { connect } from './clients.js';
import { editJson, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { ask } from './samples.js';

/** Twelve processes. */
const SLOW_MS = 90_000;
const rulesPath = policyFolder(SOUND);
/** The settings of a server that starts for the first time. */
const fresh = () => ({ 'store.path': join(newFolder(), 'store'), 'rules.path': rulesPath });

/** A start that is expected to fail, with what it logged. */
async function startFailing(
  settings: Record<string, string>,
): Promise<{ code: number | null; logs: LogLine[]; stderr: string }> {
  const flags = Object.entries(settings).flatMap(([path, value]) => [`--${path}`, value]);
  const ports = ['--server.port', '0', '--admin.port', '0'];
  const { code, stdout, stderr } = await runSextant(['serve', ...ports, ...flags]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, logs: lines.map((line) => JSON.parse(line) as LogLine), stderr };
}

/** The one line that says why, wherever it stands. */
function failure(logs: readonly LogLine[]): LogLine {
  return logs.find(({ msg }) => msg === 'cannot start') ?? expect.fail('nothing says why the start failed');
}

test('a second server on one store is refused with STORE_LOCKED, and the first goes on', async () => {
  const first = await startServer({ rulesPath: policyFolder(SOUND) });
  const { code, logs } = await startFailing({ 'store.path': first.storePath, 'rules.path': first.rulesPath });
  expect(code).toBe(1);
  expect(failure(logs)).toMatchObject({ msg: 'cannot start', code: 'STORE_LOCKED' });
  expect(failure(logs)['reason']).toContain(first.storePath);

  const verify = await runSextant([
    'verify',
    '--store.path',
    first.storePath,
    '--rules.path',
    first.rulesPath,
  ]);
  expect([verify.code, verify.stderr]).toEqual([1, expect.stringContaining('STORE_LOCKED')]);

  const sextant = connect(first.address);
  const { ticket } = await sextant.select(ask('locked'));
  expect((await sextant.report({ ticket, attempts: [{ quality: 1 }] })).recorded).toHaveLength(1);
  sextant.close();
});

test('a faulty policy folder ends the start with exit code 1 and every fault in the log', async () => {
  const folder = policyFolder(SOUND);
  editJson(folder, 'bandit.json', (value) => ({ ...value, poolingStrength: -1 }));
  writeFileSync(join(folder, 'budgets.json'), '{"budgets": [');
  writeRule(folder, 'wrong', {
    conditions: { all: [{ fact: 'wether', operator: 'equal', value: 'rain' }] },
    event: { type: 'exclude', params: { reason: 'it rains' } },
  });
  const { code, logs } = await startFailing({
    'store.path': join(newFolder(), 'store'),
    'rules.path': folder,
  });
  expect(code).toBe(1);
  const { faults } = failure(logs);
  const said = (faults as string[]).join('\n');
  for (const file of ['bandit.json', 'budgets.json', 'rules/wrong.json']) expect(said).toContain(file);
});

test('a policy folder that is not there, and a port that is taken, end the start with exit code 1', async () => {
  const store = () => join(newFolder(), 'store');
  const missing = await startFailing({ 'store.path': store(), 'rules.path': '/nowhere/rules' });
  expect([missing.code, failure(missing.logs)]).toMatchObject([1, { code: 'POLICY_MISSING' }]);

  const first = await startServer({ rulesPath: policyFolder(SOUND) });
  const [, port] = first.address.split(':');
  const taken = await startFailing({
    'store.path': store(),
    'rules.path': first.rulesPath,
    'server.port': port!,
  });
  expect(taken.code).toBe(1);
  expect(failure(taken.logs)).toMatchObject({
    code: 'PORT_IN_USE',
    reason: `server.port ${port}: is in use on 127.0.0.1`,
  });
  const [adminTaken, noAddress] = await Promise.all([
    startFailing({ ...fresh(), 'admin.port': String(first.adminPort) }),
    startFailing({ ...fresh(), 'server.host': '192.0.2.1', 'server.allowInsecureRemote': 'true' }),
  ]);
  expect([adminTaken.code, failure(adminTaken.logs)]).toMatchObject([
    1,
    { code: 'PORT_IN_USE', reason: `admin.port ${first.adminPort}: is in use on 127.0.0.1` },
  ]);
  expect([noAddress.code, failure(noAddress.logs)]).toMatchObject([
    1,
    { code: 'LISTEN_FAILED', reason: 'server.host 192.0.2.1: is no address of this machine' },
  ]);
});

test(
  'a file that is missing or no good ends the start, by setting and file',
  { timeout: SLOW_MS },
  async () => {
    const folder = newFolder();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = (name: string, content: string | Buffer): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const { cert } = await (await newAuthority()).issue();
    const certFile = file('server.crt', cert);
    const encryption = { cipher: 'aes-256-cbc', passphrase: 'secret' };
    const keyFile = file('server.key', privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }));
    const older = file('older.key', privateKey.export({ type: 'sec1', format: 'pem', ...encryption }));
    const keys = file('store.keys', 'not a key\n');
    const gone = join(folder, 'gone');
    const tls = (pair: object): Record<string, string> => ({ 'server.tls': JSON.stringify(pair) });
    const jwt = { issuer: 'https://issuer.example', audience: 'sextant', jwksFile: gone };
    for (const [settings, setting, value, reason] of [
      [tls({ certFile: gone, keyFile }), 'server.tls.certFile', gone, 'no such file or directory'],
      [tls({ certFile, keyFile: gone }), 'server.tls.keyFile', gone, 'no such file or directory'],
      [tls({ certFile, keyFile }), 'server.tls.keyFile', keyFile, 'is encrypted'],
      [tls({ certFile, keyFile: older }), 'server.tls.keyFile', older, 'is encrypted'],
      [{ 'auth.jwt': JSON.stringify(jwt) }, 'auth.jwt.jwksFile', gone, 'no such file or directory'],
      [{ 'tickets.keyFile': keys }, 'tickets.keyFile', keys, 'line 1: a ticket key is'],
    ] as const) {
      const nowhere = fresh();
      const { code, logs } = await startFailing({ ...nowhere, ...settings });
      expect(existsSync(nowhere['store.path'])).toBe(false);
      expect([code, failure(logs)]).toMatchObject([
        1,
        { code: 'FILE_FAULTY', reason: expect.stringContaining(`${setting} ${value}: ${reason}`) as string },
      ]);
      const flags = Object.entries(settings).flatMap(([path, text]) => [`--${path}`, text]);
      const checked = await runSextant(['check', rulesPath, ...flags]);
      expect([checked.code, checked.stderr]).toEqual([
        2,
        expect.stringContaining(`${setting}: ${value}: ${reason}`) as string,
      ]);
    }
  },
);

test('wrong settings are refused before anything is opened, each by its flag', async () => {
  const { code, stderr, logs } = await startFailing({
    'tickets.lifeHours': '0',
    'server.host': '0.0.0.0',
    'log.level': 'loud',
  });
  expect([code, logs]).toEqual([2, []]);
  for (const flag of ['--tickets.lifeHours', '--log.level']) expect(stderr).toContain(flag);
  const host = await startFailing({ 'server.host': '0.0.0.0' });
  expect([host.code, host.stderr]).toEqual([
    2,
    expect.stringContaining('can be reached from other machines'),
  ]);
});
