import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSextant, startServer, type LogLine } from './built-server.js';
import { connect } from './clients.js';
import { editJson, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { ask } from './samples.js';

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
    reason: expect.stringContaining(port!) as string,
  });
});

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
