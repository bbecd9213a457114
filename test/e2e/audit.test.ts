import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { Modality } from '../../src/gen/sextant/v1/model.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { sha256, tokenConfig } from './token-config.js';

const tokenOf = (principal: string): string => `secret of ${principal}`;
const PRINCIPALS = {
  ann: { tenant: 'acme', roles: ['read', 'admin'] },
  bob: { tenant: 'acme', roles: ['admin'] },
  eve: { tenant: 'globex', roles: ['read', 'admin'] },
  reader: { tenant: 'acme', roles: ['read'] },
};
type Principal = keyof typeof PRINCIPALS;

let server: BuiltServer;
let clients: Map<Principal, Sextant>;
let first: string;

beforeAll(async () => {
  const config = tokenConfig(PRINCIPALS, tokenOf);
  server = await startServer({ rulesPath: policyFolder(SOUND), config });
  connectAll();
  first = (await as('ann').activePolicy({})).version;
});
afterAll(() => clients.forEach((client) => client.close()));

function connectAll(): void {
  const names = Object.keys(PRINCIPALS) as Principal[];
  clients = new Map(names.map((name) => [name, connect(server.address, { token: tokenOf(name) })]));
}
const as = (principal: Principal): Sextant => clients.get(principal)!;

const draft = (id: string) => ({
  id,
  displayName: 'A trial',
  inputModalities: [Modality.TEXT],
  outputModalities: [Modality.TEXT],
  contextWindowTokens: 100_000n,
  maxOutputTokens: 4_000n,
  prices: {
    inputNanoUsdPerMtok: 100_000_000n,
    outputNanoUsdPerMtok: 400_000_000n,
    asOf: '2026-01-01',
    source: 'test',
  },
});
const seen = async (principal: Principal, query: Parameters<Sextant['listAuditEntries']>[0] = {}) =>
  (await as(principal).listAuditEntries(query)).entries.map(
    ({ principal: who, action, target }) => `${who!.name} ${AuditAction[action]} ${target}`,
  );

test('who changed what is told to their tenant, over a kill and a restart, and never with a secret', async () => {
  await as('ann').createModel({ model: draft('acme/trial') });
  await as('bob').updateModel({
    model: { id: 'acme/trial', displayName: 'No trial' },
    updateMask: ['display_name'],
  });
  await as('eve').createModel({ model: draft('globex/own') });
  await as('ann').deleteModel({ id: 'acme/trial' });
  await as('eve').activatePolicyVersion({ version: first, reason: 'ours' });
  const mine = [
    'ann MODEL_DELETED acme/trial',
    'bob MODEL_UPDATED acme/trial',
    'ann MODEL_CREATED acme/trial',
    `policy-folder POLICY_LOADED ${first}`,
  ];
  expect(await seen('ann')).toEqual(mine);
  await server.kill();
  clients.forEach((client) => client.close());
  await server.restart();
  connectAll();
  expect(await seen('bob')).toEqual(mine);
  expect(await seen('eve')).toEqual([
    `eve POLICY_ACTIVATED ${first}`,
    'eve MODEL_CREATED globex/own',
    `policy-folder POLICY_LOADED ${first}`,
  ]);

  const { entries } = await as('ann').listAuditEntries({ actions: [AuditAction.MODEL_UPDATED] });
  expect(entries).toMatchObject([
    { sequence: 3n, principal: { name: 'bob', tenant: 'acme', roles: ['admin'] }, policyVersion: first },
  ]);
  const names = [entries[0]!.before!, entries[0]!.after!].map(
    ({ json }) => (JSON.parse(json) as { displayName: string }).displayName,
  );
  expect(names).toEqual(['A trial', 'No trial']);
  const all = JSON.stringify((await as('ann').listAuditEntries({})).entries, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  for (const principal of Object.keys(PRINCIPALS)) {
    expect(all).not.toContain(tokenOf(principal));
    expect(all).not.toContain(sha256(tokenOf(principal)));
  }
});

test('who pinned a version and why is told to their tenant alone', async () => {
  const { pin: own } = await as('eve').activePolicy({});
  expect(own).toMatchObject({ pinnedBy: { name: 'eve', tenant: 'globex' }, reason: 'ours' });
  const { pin: others, activatedBy } = await as('ann').activePolicy({});
  expect(others).toMatchObject({ version: first, pinnedBy: undefined, reason: '' });
  expect(activatedBy).toBeUndefined();
  expect((await as('ann').listPolicyVersions({})).versions).toMatchObject([{ activatedBy: undefined }]);
});

test('pages, filters and their faults', async () => {
  expect(await seen('ann', { target: 'acme/trial', pageSize: 2 })).toHaveLength(2);
  const { nextPageToken } = await as('ann').listAuditEntries({ pageSize: 3 });
  expect(await seen('ann', { pageToken: nextPageToken })).toEqual([`policy-folder POLICY_LOADED ${first}`]);
  expect(await seen('ann', { startTime: { seconds: 4_000_000_000n, nanos: 0 } })).toEqual([]);
  const wrong = await refusalOf(
    as('ann').listAuditEntries({
      pageSize: 5_000,
      pageToken: 'x',
      actions: [99 as AuditAction],
      startTime: { seconds: 2n, nanos: 0 },
      endTime: { seconds: 1n, nanos: 0 },
    }),
  );
  expect(new Set(wrong.fields)).toEqual(new Set(['page_size', 'page_token', 'actions[0]', 'end_time']));
});

test('only an admin may read it, see files of the policy or change which is in force', async () => {
  const reader = as('reader');
  const calls = [
    reader.listAuditEntries({}),
    reader.getPolicyVersion({ version: first }),
    reader.diffPolicyVersions({ fromVersion: first }),
    reader.validatePolicy({}),
    reader.activatePolicyVersion({ version: first }),
    reader.rollBackPolicy({ expectedActiveVersion: first }),
    reader.unpinPolicy({}),
  ];
  const refusals = await Promise.all(calls.map(refusalOf));
  expect(refusals.map(({ message }) => message)).toEqual(calls.map(() => 'reader lacks the role admin'));
  expect((await reader.listPolicyVersions({})).versions).toHaveLength(1);
});

test('the commands do and show the same, and a refusal ends them with exit code 1', async () => {
  const sextant = (args: readonly string[], principal: Principal = 'ann') =>
    runSextant([...args, '--address', server.address], { SEXTANT_TOKEN: tokenOf(principal) });
  editJson(server.rulesPath, 'bandit.json', (value) => ({ ...value, poolingStrength: 9 }));
  const unpinned = await sextant(['policy', 'unpin', '--expect', first.slice(0, 12), '--reason', 'go on']);
  expect([unpinned.code, unpinned.stderr]).toEqual([0, '']);
  const { version: second } = await as('ann').activePolicy({});
  expect(second).not.toBe(first);

  const stale = await sextant(['policy', 'rollback', '--expect', first]);
  expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining('ABORTED')]);
  expect((await sextant(['policy', 'rollback'])).stdout).toContain(`in force   ${first.slice(0, 12)}`);

  const copy = join(newFolder(), 'copy');
  const [diff, status, list, show, audit, denied] = await Promise.all([
    sextant(['policy', 'diff', first.slice(0, 12), second]),
    sextant(['policy']),
    sextant(['policy', 'list']),
    sextant(['policy', 'show', second, '--out', copy]),
    sextant(['audit', '--action', 'policy-unpinned,policy-rolled-back', '--json']),
    sextant(['audit', '--limit', '1'], 'reader'),
  ]);
  expect(diff.stdout).toContain('~ /poolingStrength: 8 → 9');
  expect(status.stdout).toMatch(/pinned .*by ann \(acme\)\nwaiting/);
  expect(list.stdout).toContain('in force, pinned');
  expect(JSON.parse(audit.stdout)).toMatchObject([
    { action: 'policy rolled back', target: first, principal: { name: 'ann' } },
    { action: 'policy unpinned', target: second, reason: 'go on' },
  ]);
  expect([denied.code, denied.stderr]).toEqual([1, expect.stringContaining('PERMISSION_DENIED')]);

  expect(show.code).toBe(0);
  writeFileSync(join(copy, 'bandit.json'), '{}');
  const faulty = await sextant(['policy', 'validate', copy]);
  expect([faulty.code, faulty.stdout]).toEqual([2, expect.stringContaining('bandit.json')]);
});

test('the pin of a stopped server can be let go, for one that does not start on it', async () => {
  await server.stop();
  const store = ['--store.path', server.storePath];
  const verified = await runSextant(['verify', ...store, '--rules.path', '/nowhere/rules']);
  expect(verified.stdout).toMatch(
    new RegExp(`^policy +${first.slice(0, 12)}, which is pinned\\n[^]*^equal$`, 'm'),
  );
  const unpin = () => runSextant(['policy', 'unpin', '--stopped', '--reason', 'upgrade', ...store]);
  const done = await unpin();
  expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('no longer pinned')]);
  expect(await unpin()).toMatchObject({ code: 1, stderr: 'no version is pinned\n' });
  clients.forEach((client) => client.close());
  await server.restart();
  connectAll();
  expect((await as('ann').activePolicy({})).pin).toBeUndefined();
  expect((await seen('ann')).slice(0, 2)).toEqual([
    expect.stringMatching(/^policy-folder POLICY_LOADED/),
    `operator POLICY_UNPINNED ${first}`,
  ]);
});
