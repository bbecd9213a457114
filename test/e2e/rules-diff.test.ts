import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { ComparisonReport, DiffReport } from '../../src/cli/diff-report.js';
import { runSextant, startServer } from './built-server.js';
import { connect } from './clients.js';
import { editJson, forUseCase, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const REQUESTS = 60;
const storePath = join(newFolder(), 'store');
const active = policyFolder(SOUND);
let activeVersion: string;

beforeAll(async () => {
  const server = await startServer({
    storePath,
    rulesPath: active,
    settings: { 'decisionLog.attributes': '["residency"]' },
  });
  const sextant = connect(server.address);
  for (let i = 0; i < REQUESTS; i++) {
    const attributes = { ...(i % 4 === 0 && { residency: 'eu' }), customer: 'Ada Lovelace' };
    const useCase = i % 2 === 0 ? 'even' : 'odd';
    const { ticket } = await sextant.select({ ...ask(useCase, `Question ${i}?`), attributes });
    await sextant.report({ ticket, attempts: [wentWell()] });
  }
  activeVersion = (await sextant.activePolicy({})).version;
  sextant.close();
  await server.stop();
});

/** A copy of the policy with changes. */
function candidate(change: (folder: string) => void): string {
  const folder = policyFolder(SOUND);
  change(folder);
  return folder;
}

async function diff(to: string, ...more: string[]): Promise<{ code: number | null; report: DiffReport }> {
  const arguments_ = ['rules', 'diff', active, to, '--log', storePath, '--json', ...more];
  const { code, stdout, stderr } = await runSextant(arguments_);
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as DiffReport };
}

const rowsOf = ({ rows }: ComparisonReport) =>
  rows.map(({ useCase, requests, changedShare }) => [useCase, requests, changedShare]);

test('the same policy changes nothing, named by its folder or by the version that the store keeps', async () => {
  for (const name of [active, activeVersion.slice(0, 12)]) {
    const { code, report } = await diff(name);
    expect(code).toBe(0);
    expect(report).toMatchObject({ from: activeVersion, to: activeVersion, tooOld: 0, otherContext: 0 });
    expect(rowsOf(report)).toEqual([
      ['even', REQUESTS / 2, 0],
      ['odd', REQUESTS / 2, 0],
    ]);
    expect(report.total.costUsdAfter).toBe(report.total.costUsdBefore);
    expect(report.disagreements).toEqual([]);
  }
});

test('a rule changes the requests that it is about, and is named', async () => {
  const to = candidate((folder) =>
    writeRule(folder, 'odd-without-nova', {
      conditions: forUseCase('odd'),
      event: { type: 'exclude', params: { models: [SOUND[0]], reason: 'a test' } },
    }),
  );
  const { report } = await diff(to);
  const [even, odd] = report.rows;
  expect(even).toMatchObject({ useCase: 'even', changedShare: 0, differences: { candidates: 0 } });
  expect(odd).toMatchObject({ useCase: 'odd', differences: { candidates: REQUESTS / 2 } });
  expect(odd!.changedShare).toBeGreaterThan(0);
  expect(report.losses).toEqual([
    { cause: 'rule odd-without-nova', requests: REQUESTS / 2, arms: REQUESTS / 2 },
  ]);
  expect(report.moves[0]).toMatchObject({ from: SOUND[0] });
  for (const { to: gains } of report.moves) expect(gains).not.toBe(SOUND[0]);
  expect(report.disagreements[0]).toMatchObject({ useCase: 'odd', losses: ['rule odd-without-nova'] });
  expect((await diff(to, '--use-case', 'even')).report.total.changedShare).toBe(0);
});

test('rules on attributes see those that the log was told to keep, and others are named as missing', async () => {
  const attribute = (name: string, value: string) => ({
    all: [{ fact: 'request', path: `$.attributes.${name}`, operator: 'equal', value }],
  });
  const event = { type: 'reject', params: { reason: 'a test' } };
  const to = candidate((folder) => {
    writeRule(folder, 'no-eu', { conditions: attribute('residency', 'eu'), event });
    writeRule(folder, 'no-ada', { conditions: attribute('customer', 'Ada Lovelace'), event });
  });
  const { report } = await diff(to);
  expect(report.total.differences.refused).toBe(REQUESTS / 4);
  expect(report.losses[0]).toMatchObject({ cause: 'rule no-eu', requests: REQUESTS / 4 });
  expect(report.unseenAttributes).toContain('customer');
  expect(report.unseenAttributes).not.toContain('residency');
});

test('people read who is concerned and at what cost, and a limit on change ends with 1', async () => {
  const to = candidate((folder) =>
    writeRule(folder, 'odd-closed', {
      conditions: forUseCase('odd'),
      event: { type: 'reject', params: { reason: 'a test' } },
    }),
  );
  const run = (...more: string[]) => runSextant(['rules', 'diff', active, to, '--log', storePath, ...more]);
  const { code, stdout } = await run();
  expect(code).toBe(0);
  for (const text of [
    '50.0 % of requests go elsewhere',
    '30 of 60 are refused',
    'USD a request',
    'rule odd-closed',
  ])
    expect(stdout).toContain(text);
  expect(stdout).toMatch(/default, odd: \S+ → refused \(rule odd-closed\)/);
  expect((await run('--fail-above', '49.9')).code).toBe(1);
  expect((await run('--fail-above', '50')).code).toBe(0);
});

test('what cannot be compared is refused with the reason', async () => {
  const refusal = async (...arguments_: string[]) => {
    const { code, stderr } = await runSextant(['rules', 'diff', ...arguments_]);
    return { code, stderr };
  };
  expect(await refusal(active, 'deadbeef00', '--log', storePath)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no policy version "deadbeef00" is kept') as string,
  });
  expect((await refusal(active, active, '--log', join(newFolder(), 'nothing'))).stderr).toContain(
    'STORE_MISSING',
  );
  const faulty = candidate((folder) =>
    editJson(folder, 'bandit.json', (value) => ({ ...value, policy: 'best' })),
  );
  const { code, stderr } = await refusal(active, faulty, '--log', storePath);
  expect(code).toBe(2);
  expect(stderr).toMatch(/bandit\.json:\d+:\d+ policy: /);
  const { code: none, stdout } = await runSextant([
    'rules',
    'diff',
    active,
    active,
    '--log',
    storePath,
    '--since',
    '2030-01-01T00:00Z',
  ]);
  expect([none, stdout]).toEqual([3, expect.stringContaining('no decision to compare on')]);
});
