import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { msFromTimestamp, timestampFromMs } from '../../src/service/encode/time.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { writeDriftedStore } from './drifted-store.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { tokenConfig } from './token-config.js';

const PRINCIPALS = {
  ann: { tenant: 'acme', roles: ['select', 'report', 'read', 'admin'] },
  eve: { tenant: 'globex', roles: ['read'] },
};
const HOUR_MS = 3_600_000;

let server: BuiltServer;
let ann: Sextant;
let eve: Sextant;
const versions: string[] = [];

const activeVersion = async (): Promise<string> => (await ann.activePolicy({})).version;

beforeAll(async () => {
  const config = tokenConfig(PRINCIPALS, (principal) => principal);
  const rulesPath = policyFolder(SOUND);
  const storePath = join(newFolder(), 'store');
  await writeDriftedStore({ storePath, rulesPath, tenant: 'acme', useCase: 'chat', nowMs: Date.now() });
  server = await startServer({ rulesPath, storePath, config });
  ann = connect(server.address, { token: 'ann' });
  eve = connect(server.address, { token: 'eve' });
  versions.push(await activeVersion());
  editJson(rulesPath, 'budgets.json', (file) => ({
    ...file,
    budgets: [{ id: 'team', averageUsdPerRequest: 1 }],
  }));
  await vi.waitFor(async () => expect(await activeVersion()).not.toBe(versions[0]), 20_000);
  versions.push(await activeVersion());
  await ann.rollBackPolicy({ expectedActiveVersion: versions[1]!, reason: 'a test' });
  // Pins what is in force: no other policy takes hold.
  await ann.activatePolicyVersion({ version: versions[0]!, reason: 'a test' });
});
afterAll(() => [ann, eve].forEach((client) => client?.close()));

test('policies that took hold are told to every tenant, with when and by what', async () => {
  for (const client of [ann, eve]) {
    const { policyActivations } = await client.listAnnotations({});
    expect(policyActivations.map(({ version, action }) => [version, AuditAction[action]])).toEqual([
      [versions[0], 'POLICY_LOADED'],
      [versions[1], 'POLICY_LOADED'],
      [versions[0], 'POLICY_ROLLED_BACK'],
    ]);
    const times = policyActivations.map(({ time }) => msFromTimestamp(time!));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const [, second] = times;
    const span = { startTime: timestampFromMs(second!), endTime: timestampFromMs(second! + 1) };
    expect((await client.listAnnotations(span)).policyActivations).toHaveLength(1);
  }
});

test('drift is told to its own tenant, and of what was there at the first look, that it began before', async () => {
  const { driftPeriods, driftSinceTime } = await ann.listAnnotations({ useCase: 'chat' });
  expect(driftPeriods).not.toHaveLength(0);
  const [{ strongest, startTime, beganBefore, endTime }] = driftPeriods as [(typeof driftPeriods)[number]];
  expect(strongest).toMatchObject({ useCase: 'chat', model: expect.stringMatching(/^\w+\//) as string });
  expect(strongest!.shift).toBeLessThan(0);
  expect([beganBefore, endTime]).toEqual([true, undefined]);
  expect(msFromTimestamp(startTime!)).toBeGreaterThanOrEqual(msFromTimestamp(driftSinceTime!));
  expect(Math.abs(msFromTimestamp(driftSinceTime!) - Date.now())).toBeLessThan(HOUR_MS);
  const { alarms } = await ann.listDrift({ useCase: 'chat' });
  expect(driftPeriods.map((period) => period.strongest!.model).sort()).toEqual(
    alarms.map(({ model }) => model).sort(),
  );
  expect((await eve.listAnnotations({ useCase: 'chat' })).driftPeriods).toEqual([]);
});

test('a span that ends before it begins is refused', async () => {
  const backwards = { startTime: timestampFromMs(2_000), endTime: timestampFromMs(1_000) };
  expect(await refusalOf(ann.listAnnotations(backwards))).toMatchObject({ fields: ['end_time'] });
});
