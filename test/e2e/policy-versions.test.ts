import { cpSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { PolicyChangeKind } from '../../src/gen/sextant/v1/policy.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, forUseCase, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

/** A change is read after 200 ms of quiet, or by the poll every 2 s; the rest is for a busy machine. */
const SOON = { timeout: 20_000, interval: 50 };

let folder: string;
let server: BuiltServer;
let sextant: Sextant;

/** A server of its own, on a policy whose rule chooses the first model. */
async function start(): Promise<void> {
  folder = policyFolder(SOUND);
  writeRule(folder, 'choose', choose(SOUND[0]));
  server = await startServer({ rulesPath: folder });
  sextant = connect(server.address);
}
afterAll(() => sextant.close());

const choose = (model: string) => ({
  conditions: forUseCase('chosen'),
  event: { type: 'pin', params: { model } },
});
const active = () => sextant.activePolicy({});
const folderVersion = async () => (await readPolicyFolder(folder)).version;
const chosen = async () => (await sextant.select(ask('chosen'))).choice!.model;
const actions = async () =>
  (await sextant.listAuditEntries({})).entries.map(({ action, target }) => [action, target]);

/** Writes another model into the rule and waits until that is in force. */
async function publish(model: string): Promise<string> {
  writeRule(folder, 'choose', choose(model));
  const version = await folderVersion();
  await expect.poll(async () => (await active()).version, SOON).toBe(version);
  return version;
}

async function restart(how: 'stop' | 'kill'): Promise<void> {
  sextant.close();
  if (how === 'kill') await server.kill();
  await server.restart();
  sextant = connect(server.address);
}

test('an activated version decides, stays over restarts and changes of the folder, and is let go by unpinning', async () => {
  await start();
  const one = await folderVersion();
  const two = await publish(SOUND[1]);
  const { active: now } = await sextant.activatePolicyVersion({
    version: one.slice(0, 10),
    expectedActiveVersion: two,
    reason: 'the second costs more',
  });
  expect(now).toMatchObject({
    version: one,
    waitingVersion: two,
    pin: {
      version: one,
      reason: 'the second costs more',
      pinnedBy: { name: 'anonymous', tenant: 'default' },
    },
  });
  expect(await chosen()).toBe(SOUND[0]);

  await restart('kill');
  expect(await active()).toMatchObject({ version: one, waitingVersion: two, pin: now!.pin });
  expect(await chosen()).toBe(SOUND[0]);

  writeRule(folder, 'choose', choose(SOUND[2]));
  const three = await folderVersion();
  await expect.poll(async () => (await active()).waitingVersion, SOON).toBe(three);
  expect(await chosen()).toBe(SOUND[0]);

  const { active: unpinned } = await sextant.unpinPolicy({ expectedActiveVersion: one });
  expect(unpinned).toMatchObject({ version: three, waitingVersion: '', pin: undefined });
  expect(await chosen()).toBe(SOUND[2]);
  expect(await actions()).toEqual([
    [AuditAction.POLICY_UNPINNED, three],
    [AuditAction.POLICY_ACTIVATED, one],
    [AuditAction.POLICY_LOADED, two],
    [AuditAction.POLICY_LOADED, one],
  ]);
  const { versions } = await sextant.listPolicyVersions({ pageSize: 2 });
  expect(versions.map(({ version, active: is, pinned }) => [version, is, pinned])).toEqual([
    [three, true, false],
    [one, false, false],
  ]);
});

describe('after one change of the folder', () => {
  let one: string;
  let two: string;

  beforeAll(async () => {
    await start();
    one = await folderVersion();
    editJson(folder, 'bandit.json', (value) => ({ ...value, poolingStrength: 9 }));
    writeRule(folder, 'choose', choose(SOUND[1]));
    two = await folderVersion();
    await vi.waitFor(async () => expect((await active()).version).toBe(two), SOON);
  });

  test('a kept version is given whole, and two are told apart rule by rule', async () => {
    const { version, files } = await sextant.getPolicyVersion({ version: one });
    expect(version).toMatchObject({ version: one, active: false, activationCount: 1n });
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    for (const { file, content } of files) writeFileSync(join(copy, file), content);
    expect((await readPolicyFolder(copy)).version).toBe(one);

    const { files: diffs } = await sextant.diffPolicyVersions({ fromVersion: one, toVersion: two });
    expect(diffs).toMatchObject([
      { file: 'bandit.json', changes: [{ pointer: '/poolingStrength', beforeJson: '8', afterJson: '9' }] },
      {
        file: 'rules/choose.json',
        kind: PolicyChangeKind.CHANGED,
        changes: [
          {
            kind: PolicyChangeKind.CHANGED,
            element: 'choose',
            pointer: '/rules/0/event/params/model',
            afterJson: JSON.stringify(SOUND[1]),
          },
        ],
      },
    ]);
    expect((await sextant.diffPolicyVersions({ fromVersion: two })).files).toEqual([]);
    expect((await sextant.getPolicyVersion({ version: one, files: ['tenants.json'] })).files).toHaveLength(1);
    expect(
      await refusalOf(sextant.getPolicyVersion({ version: one, files: ['nothing.json'] })),
    ).toMatchObject({
      fields: ['files[0]'],
    });
    expect(await refusalOf(sextant.getPolicyVersion({ version: '0'.repeat(64) }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'UNKNOWN_POLICY',
    });
  });

  test('files are checked as the folder is, and change nothing', async () => {
    const { sources, version } = await readPolicyFolder(folder);
    const files = sources.map(({ file, bytes }) => ({ file, content: Buffer.from(bytes) }));
    expect(await sextant.validatePolicy({ files })).toEqual({ version, valid: true, faults: [] });
    const broken = files
      .filter(({ file }) => file !== 'tenants.json')
      .map((file) => (file.file === 'bandit.json' ? { ...file, content: Buffer.from('{}') } : file));
    const checked = await sextant.validatePolicy({ files: broken });
    expect(checked.valid).toBe(false);
    expect(new Set(checked.faults.map(({ file }) => file))).toEqual(new Set(['bandit.json', 'tenants.json']));
    expect((await active()).version).toBe(version);
    const wrong = [
      '../models.json',
      '/etc/passwd.json',
      'schema/x.json',
      'notes.txt',
      'a.json',
      'a.json',
      '',
    ];
    const refusal = await refusalOf(
      sextant.validatePolicy({ files: wrong.map((file) => ({ file, content: Buffer.from('{}') })) }),
    );
    expect(refusal.fields).toEqual([0, 1, 2, 3, 5, 6].map((i) => `files[${i}].file`));
  });

  test('rolling back takes the version before; of two at once one is refused', async () => {
    expect(await refusalOf(sextant.rollBackPolicy({}))).toMatchObject({
      reason: 'INVALID_FIELD',
      fields: ['expected_active_version'],
    });
    const both = [1, 2].map(() =>
      sextant.rollBackPolicy({ expectedActiveVersion: two, reason: 'night shift' }),
    );
    const settled = await Promise.allSettled(both);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = settled.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(await refusalOf(Promise.reject(refused.reason as Error))).toMatchObject({
      code: 'ABORTED',
      reason: 'POLICY_CHANGED',
    });
    expect(await active()).toMatchObject({ version: one, waitingVersion: two });
    expect(await chosen()).toBe(SOUND[0]);
    expect(await refusalOf(sextant.rollBackPolicy({ expectedActiveVersion: one }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'NO_PREVIOUS_POLICY',
    });
    const { entries } = await sextant.listAuditEntries({ actions: [AuditAction.POLICY_ROLLED_BACK] });
    expect(entries).toMatchObject([
      { target: one, reason: 'night shift', principal: { name: 'anonymous' }, policyVersion: one },
    ]);
    expect(JSON.parse(entries[0]!.before!.json)).toEqual({ version: two, pinned: false });
    expect(JSON.parse(entries[0]!.after!.json)).toEqual({
      version: one,
      pinned: true,
      files: { added: [], removed: [], changed: ['bandit.json', 'rules/choose.json'] },
    });
  });
});

describe('a bad version', () => {
  let one: string;

  beforeAll(async () => {
    await start();
    one = await folderVersion();
  });

  test('in the folder does not end a pin', async () => {
    await sextant.activatePolicyVersion({ version: one });
    writeFileSync(join(folder, 'budgets.json'), '{');
    await expect.poll(async () => (await active()).faults.length, SOON).toBe(1);
    expect(await refusalOf(sextant.unpinPolicy({}))).toMatchObject({ reason: 'POLICY_REFUSED' });
    await restart('stop');
    expect(await active()).toMatchObject({ version: one, waitingVersion: '', pin: { version: one } });
    rmSync(join(folder, 'budgets.json'));
    cpSync(join(PROJECT_ROOT, 'rules/budgets.json'), join(folder, 'budgets.json'));
    await expect.poll(async () => (await active()).faults, SOON).toEqual([]);
    await sextant.unpinPolicy({});
  });

  test('is refused when it is asked for, and the running one serves on', async () => {
    const two = await publish(SOUND[1]);
    // Once the folder has let go of a model, RPC may take its name, and stands in the way of older versions.
    editJson(folder, 'models.json', (value) => ({
      ...value,
      models: (value['models'] as { id: string }[]).filter(({ id }) => id !== SOUND[0]),
    }));
    rmSync(join(folder, 'rules/choose.json'));
    const three = await folderVersion();
    await expect.poll(async () => (await active()).version, SOON).toBe(three);
    const { model } = await sextant.getModel({ id: SOUND[1] });
    await sextant.createModel({ model: { ...model!, id: SOUND[0], aliases: [] } });
    for (const version of [one, two]) {
      const refusal = await refusalOf(sextant.activatePolicyVersion({ version }));
      expect(refusal).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'POLICY_REFUSED' });
      expect(refusal.preconditions[0]!.description).toContain(SOUND[0]);
    }
    expect(await active()).toMatchObject({ version: three, pin: undefined });
    await sextant.select(ask('still'));
  });
});

test('a folder that is published by turning a link, as Kubernetes does, is followed at each turn', async () => {
  const mount = newFolder();
  const source = policyFolder(SOUND);
  const turn = (name: string, model: string): void => {
    const target = join(mount, `..${name}`);
    cpSync(source, target, { recursive: true });
    writeRule(target, 'choose', choose(model));
    symlinkSync(`..${name}`, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  turn('2026_1', SOUND[0]);
  for (const entry of readdirSync(source)) symlinkSync(`..data/${entry}`, join(mount, entry));
  const mounted = await startServer({ rulesPath: mount });
  const other = connect(mounted.address);
  expect((await other.select(ask('chosen'))).choice!.model).toBe(SOUND[0]);
  turn('2026_2', SOUND[1]);
  rmSync(join(mount, '..2026_1'), { recursive: true });
  const { version } = await readPolicyFolder(mount);
  await expect.poll(async () => (await other.activePolicy({})).version, SOON).toBe(version);
  expect((await other.select(ask('chosen'))).choice!.model).toBe(SOUND[1]);
  expect((await other.listPolicyVersions({})).versions).toHaveLength(2);
  other.close();
});
